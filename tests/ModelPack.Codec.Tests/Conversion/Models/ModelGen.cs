using System.Text;
using CsCheck;
using ModelPack.Tensors;

namespace ModelPack.Codec.Tests.Conversion.Models;

/// <summary>A generated file: its bytes, written directly, not through the library's writers.</summary>
internal sealed record GeneratedModel(ModelFormat Format, byte[] Bytes, string Description)
{
    public override string ToString() => $"{Format}, {Bytes.Length} bytes: {Description}";
}

/// <summary>What the generators of the three formats share.</summary>
internal static class ModelGen
{
    /// <summary>Names that some format cannot store, that look like something else, or that a careless program trips over.</summary>
    private static readonly string[] HostileNames =
    [
        "", " ", ".", "..", "/", "\\", "../../../etc/passwd", "C:\\boot.ini", "\0", "a\0b", "__metadata__", "modelpack.origin",
        "modelpack.carried",
        "modelpack.tensor.0", "modelpack.tensor.1", "modelpack.tensor.0_", "\"", "\\\"", "{}", "line\nbreak", "tab\t", "\u0001\u001f",
        "\u007f", "\u2028",
        "\ufeff", "\u202egnp.exe", "ü", "u\u0308", "名前", "🦙", "😀🏳️‍🌈", "lm_head.weight", "output.weight", "token_embd.weight",
        "model.embed_tokens.weight", "blk.0.attn_q.weight", "model.layers.0.self_attn.q_proj.weight", "blk.0.ffn_up.bias", "blk..weight",
        "blk.x", "model.layers.7.weight",
        new('n', 63), new('n', 64), new('n', 256), new('é', 32), new('名', 21), new('名', 90), new('x', 3000),
    ];

    public static readonly Gen<byte[]> Payload = Gen.Byte.Array[0, 64];

    private static readonly Gen<string> Name = Gen.Frequency(
        (5, Gen.OneOf(HostileNames)),
        (2, Gen.OneOf("a", "b", "c", "weight", "bias", "w.1", "w.2")),
        (2, Gen.Char['\u0001', '\ud7ff'].Array[0, 20].Select(characters => new string(characters))),
        (1, Gen.Int[0, 99].Select(layer => $"blk.{layer}.attn_k.weight")));

    /// <summary>Distinct names that a format can store.</summary>
    public static Gen<string[]> Names(int count, Func<string, bool> isLegal) => Name.Where(isLegal).Array[count].Select(names =>
    {
        HashSet<string> taken = new(StringComparer.Ordinal);
        return names.Select((name, i) => taken.Add(name) ? name : $"distinct.{i}").ToArray();
    });

    /// <summary>Shapes, outermost first: few elements, many dimensions, zeros, ones, none at all; the innermost a whole number of
    /// blocks.</summary>
    public static Gen<long[]> Shape(int maximumRank, int block) =>
        from rank in Gen.Int[0, maximumRank]
        from dimensions in Gen.Frequency((6, Gen.Long[1, 3]), (1, Gen.Const(0L)), (3, Gen.Const(1L))).Array[rank]
        select Blocked(dimensions, block);

    /// <summary>So many bytes that look like anything: zeros, ones, NaN, a ramp.</summary>
    public static byte[] Fill(long length, byte[] pattern)
    {
        byte[] bytes = new byte[length];
        for (int i = 0; i < bytes.Length && pattern.Length > 0; i++)
        {
            bytes[i] = (byte)(pattern[i % pattern.Length] + (i / pattern.Length));
        }

        return bytes;
    }

    public static int Utf8Length(string name) => Encoding.UTF8.GetByteCount(name);

    public static long PayloadBytes(TensorType type, long[] shape) =>
        TensorTypes.Get(type).TryGetPayloadBytes(shape, out long bytes)
        ? bytes
        : throw new AssertFailedException($"{type} cannot have the shape {TensorShape.Format(shape)}");

    private static long[] Blocked(long[] dimensions, int block)
    {
        if (block == 1)
        {
            return dimensions;
        }

        return dimensions.Length == 0 ? [block] : [.. dimensions[..^1], Math.Min(dimensions[^1], 2) * block];
    }
}
