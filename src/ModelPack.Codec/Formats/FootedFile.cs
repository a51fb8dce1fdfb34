namespace ModelPack.Formats;

/// <summary>Where a file lies that ends in the CRC-32 of what stands before it (apr-v2.md R-FOOTER).</summary>
/// <param name="Start">Its first byte.</param>
/// <param name="End">The end of its footer.</param>
internal readonly record struct FootedFile(long Start, long End)
{
    /// <summary>The same file behind others.</summary>
    public FootedFile After(long bytes) => new(Start + bytes, End + bytes);
}
