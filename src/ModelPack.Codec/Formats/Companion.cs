namespace ModelPack.Formats;

/// <summary>A file of a Hugging Face folder.</summary>
/// <param name="Name">Path in the folder, with <c>/</c> between its parts.</param>
/// <param name="Bytes">The content.</param>
internal sealed record Companion(string Name, ReadOnlyMemory<byte> Bytes);
