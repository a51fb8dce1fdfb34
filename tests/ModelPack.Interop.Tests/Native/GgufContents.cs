namespace ModelPack.Interop.Tests.Native;

/// <summary>What the reference reader finds in a file.</summary>
/// <param name="Version">The version.</param>
/// <param name="Alignment">The alignment in force.</param>
/// <param name="DataOffset">Start of the data section.</param>
/// <param name="Pairs">The key-values in their order.</param>
/// <param name="Tensors">The tensors in their order.</param>
internal sealed record GgufContents(
    int Version, long Alignment, long DataOffset, IReadOnlyList<GgufPair> Pairs, IReadOnlyList<GgufTensor> Tensors);

/// <summary>A key-value.</summary>
/// <param name="Key">The key.</param>
/// <param name="Type">Id of the value's type.</param>
/// <param name="ElementType">Id of the items' type, for arrays.</param>
/// <param name="Items">One entry a string; a single entry with all bytes for everything else.</param>
internal sealed record GgufPair(string Key, int Type, int? ElementType, IReadOnlyList<byte[]> Items);

/// <summary>A tensor.</summary>
/// <param name="Name">The bytes of the name.</param>
/// <param name="Type">Id of the type.</param>
/// <param name="Dimensions">Always four, row length first.</param>
/// <param name="Offset">Offset in the data section.</param>
/// <param name="Payload">The bytes that the library loaded.</param>
internal sealed record GgufTensor(byte[] Name, int Type, long[] Dimensions, long Offset, byte[] Payload);
