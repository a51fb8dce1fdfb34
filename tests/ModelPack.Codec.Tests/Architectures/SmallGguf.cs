using System.Buffers.Binary;
using System.Text;
using ModelPack.Architectures;
using ModelPack.Formats;
using ModelPack.Formats.Gguf;
using ModelPack.IO;

namespace ModelPack.Codec.Tests.Architectures;

/// <summary>A GGUF of a few keys and tensors, written by the library's own writer.</summary>
internal sealed class SmallGguf
{
    private readonly List<MetadataEntry> metadata = [];
    private readonly List<(StoredTensor Tensor, byte[] Payload)> tensors = [];
    private readonly string architecture;

    public SmallGguf(string architecture)
    {
        this.architecture = architecture;
        Text("general.architecture", architecture);
    }

    /// <summary>A decoder of two layers: hidden size 64, 4 heads, 2 key heads, 96 rows of embedding, F16 matrices.</summary>
    public static SmallGguf Decoder(string architecture) => new SmallGguf(architecture)
        .Own("block_count", 2).Own("context_length", 2048).Own("embedding_length", 64).Own("feed_forward_length", 160)
        .Own("attention.head_count", 4).Own("attention.head_count_kv", 2)
        .Own("attention.layer_norm_rms_epsilon", 1e-5f)
        .Count("general.file_type", 1)
        .Tensor("token_embd.weight", TensorType.F16, 96, 64)
        .Tensor("output_norm.weight", TensorType.F32, 64);

    /// <summary>The matrices and norms of the two layers, as llama and its relatives have them.</summary>
    public SmallGguf Layers(int headLength = 16)
    {
        for (int i = 0; i < 2; i++)
        {
            Tensor($"blk.{i}.attn_norm.weight", TensorType.F32, 64).Tensor($"blk.{i}.ffn_norm.weight", TensorType.F32, 64)
                .Tensor($"blk.{i}.attn_q.weight", TensorType.F16, 4 * headLength, 64)
                .Tensor($"blk.{i}.attn_k.weight", TensorType.F16, 2 * headLength, 64)
                .Tensor($"blk.{i}.attn_v.weight", TensorType.F16, 2 * headLength, 64)
                .Tensor($"blk.{i}.attn_output.weight", TensorType.F16, 64, 4 * headLength)
                .Tensor($"blk.{i}.ffn_gate.weight", TensorType.F16, 160, 64).Tensor($"blk.{i}.ffn_up.weight", TensorType.F16, 160, 64)
                .Tensor($"blk.{i}.ffn_down.weight", TensorType.F16, 64, 160);
        }

        return this;
    }

    /// <summary>The same with fused matrices, as phi3 has them.</summary>
    public SmallGguf FusedLayers()
    {
        for (int i = 0; i < 2; i++)
        {
            Tensor($"blk.{i}.attn_norm.weight", TensorType.F32, 64).Tensor($"blk.{i}.ffn_norm.weight", TensorType.F32, 64)
                .Tensor($"blk.{i}.attn_qkv.weight", TensorType.F16, 128, 64).Tensor($"blk.{i}.attn_output.weight", TensorType.F16, 64, 64)
                .Tensor($"blk.{i}.ffn_up.weight", TensorType.F16, 320, 64).Tensor($"blk.{i}.ffn_down.weight", TensorType.F16, 64, 160);
        }

        return this;
    }

    /// <summary>Sets a key below the architecture's name.</summary>
    public SmallGguf Own(string key, uint number) => Count($"{architecture}.{key}", number);

    public SmallGguf Own(string key, float number) => Set($"{architecture}.{key}", GgufValue.FromFloat32(number));

    public SmallGguf Own(string key, GgufValue value) => Set($"{architecture}.{key}", value);

    public SmallGguf Count(string key, uint number) => Set(key, GgufValue.FromUInt32(number));

    public SmallGguf Flag(string key, bool flag) => Set(key, GgufValue.FromBool(flag));

    public SmallGguf Text(string key, string text) => Set(key, GgufValue.FromString(text));

    /// <summary>Sets a key, in its old place if it has one.</summary>
    public SmallGguf Set(string key, GgufValue value)
    {
        int place = metadata.FindIndex(entry => entry.Key == key);
        if (place < 0)
        {
            metadata.Add(new MetadataEntry(key, value));
        }
        else
        {
            metadata[place] = new MetadataEntry(key, value);
        }

        return this;
    }

    public SmallGguf Without(string key)
    {
        Assert.AreEqual(1, metadata.RemoveAll(entry => entry.Key == key), key);
        return this;
    }

    public SmallGguf WithoutTensor(string name)
    {
        Assert.AreEqual(1, tensors.RemoveAll(tensor => tensor.Tensor.Name == name), name);
        return this;
    }

    public SmallGguf Tensor(string name, TensorType type, params long[] shape)
    {
        Assert.IsTrue(TensorTypes.Get(type).TryGetPayloadBytes(shape, out long bytes));
        tensors.Add((new StoredTensor(name, type, [.. shape], bytes), new byte[bytes]));
        return this;
    }

    public SmallGguf Floats(string name, params float[] values)
    {
        byte[] payload = new byte[values.Length * sizeof(float)];
        for (int item = 0; item < values.Length; item++)
        {
            BinaryPrimitives.WriteSingleLittleEndian(payload.AsSpan(item * sizeof(float)), values[item]);
        }

        tensors.Add((new StoredTensor(name, TensorType.F32, [values.Length], payload.Length), payload));
        return this;
    }

    public GgufFile Open() => GgufFile.Open(new MemoryByteSource(Bytes()));

    public byte[] Bytes()
    {
        FilePlan plan = GgufWriter.Plan(new GgufModel { Metadata = metadata, Tensors = [.. tensors.Select(tensor => tensor.Tensor)] });
        using MemoryStream output = new();
        foreach (Segment segment in plan.Segments)
        {
            output.Write(segment switch
            {
                LiteralSegment literal => literal.Bytes.Span,
                PayloadSegment payload => tensors[payload.Tensor].Payload,
                _ => new byte[segment.Length],
            });
        }

        return output.ToArray();
    }

    public DerivedFolder Derive()
    {
        using GgufFile file = Open();
        DerivedFolder derived = DerivedCompanions.Derive(file);
        NoteRankTable.Check(derived.Ranked);
        return derived;
    }
}

/// <summary>Looks into a derived folder.</summary>
internal static class Folders
{
    /// <summary>The text of a file; fails with the notes if it is not there.</summary>
    public static string TextOf(this DerivedFolder folder, string name)
    {
        Companion? file = folder.Files.SingleOrDefault(file => file.Name == name);
        Assert.IsNotNull(file, $"{name} is missing: {string.Join(Environment.NewLine, folder.Notes)}");
        return Encoding.UTF8.GetString(file.Bytes.Span);
    }

    public static void AssertFile(this DerivedFolder folder, string name, string expected) =>
        Assert.AreEqual(expected, folder.TextOf(name));

    public static void AssertNoFile(this DerivedFolder folder, string name, string note)
    {
        Assert.IsFalse(folder.Files.Any(file => file.Name == name), $"{name} was derived");
        folder.AssertNote(note);
    }

    public static void AssertNote(this DerivedFolder folder, string note) =>
        Assert.Contains(note, folder.Notes, string.Join(Environment.NewLine, folder.Notes));
}
