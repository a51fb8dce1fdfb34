using ModelPack.Models;

namespace ModelPack.Tool.Tests.Qa;

/// <summary>What goes wrong with an output.</summary>
internal static class Damage
{
    private const int ZeroedBytes = 64 << 10;

    /// <summary>64 KiB of zeros in the middle of the file.</summary>
    public static void Zeros(string path)
    {
        using FileStream file = File.OpenWrite(path);
        file.Position = file.Length / 2;
        file.Write(new byte[ZeroedBytes]);
    }

    /// <summary>The payloads of two tensors of one type and shape change places.</summary>
    public static void Swap(string path)
    {
        (long first, long second, int length) = Twins(path);
        using FileStream file = new(path, FileMode.Open, FileAccess.ReadWrite);
        byte[] own = Read(file, first, length);
        byte[] other = Read(file, second, length);
        Write(file, first, other);
        Write(file, second, own);
    }

    /// <summary>The folder loses its tokenizer.</summary>
    public static void DropTokenizer(string path)
    {
        foreach (string name in new[] { "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json" })
        {
            File.Delete(Path.Combine(path, name));
        }
    }

    private static (long First, long Second, int Length) Twins(string path)
    {
        using ModelFile file = ModelFiles.Open(path);
        TensorInfo[] twins = [
            .. file.Tensors.Where(tensor => tensor.Name.EndsWith("mlp.up_proj.weight", StringComparison.Ordinal)).Take(2)];
        Assert.AreEqual(twins[0].ByteLength, twins[1].ByteLength);
        return (twins[0].Offset, twins[1].Offset, (int)twins[0].ByteLength);
    }

    private static byte[] Read(FileStream file, long at, int length)
    {
        byte[] bytes = new byte[length];
        file.Position = at;
        file.ReadExactly(bytes);
        return bytes;
    }

    private static void Write(FileStream file, long at, byte[] bytes)
    {
        file.Position = at;
        file.Write(bytes);
    }
}
