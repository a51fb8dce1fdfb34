using System.Diagnostics.CodeAnalysis;

namespace ModelPack.Architectures.Tokenizers.Reading;

/// <summary>
/// The tokenizer has a part that no GGUF key stands for. This is no fault of the file and never leaves <see cref="TokenizerToGguf"/>: the
/// tokenizer travels as it is.
/// </summary>
[SuppressMessage("Design", "CA1064:Exceptions should be public", Justification = "It never leaves the class that reads a tokenizer.")]
[SuppressMessage("Design", "CA1032:Implement standard exception constructors", Justification = "It always names its place.")]
internal sealed class NoKeyException(string file, string part) : Exception($"{file}: {part}");
