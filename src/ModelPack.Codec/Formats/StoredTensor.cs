using System.Collections.Immutable;

namespace ModelPack.Formats;

/// <summary>A tensor as the header of a new file says it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">A type that the format has.</param>
/// <param name="Shape">Its dimensions, outermost first.</param>
/// <param name="ByteLength">Length of its payload.</param>
internal readonly record struct StoredTensor(string Name, TensorType Type, ImmutableArray<long> Shape, long ByteLength);
