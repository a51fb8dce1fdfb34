namespace ModelPack.Formats.Apr;

/// <summary>The metadata section: the text as it stands, and its top-level keys (apr-v2.md §7).</summary>
internal sealed record AprMetadata(ReadOnlyMemory<byte> Json, IReadOnlyList<MetadataEntry> Entries)
{
    /// <summary>The value of a key; of duplicates the last one, as aprender reads them.</summary>
    public AprJsonValue? Find(string key)
    {
        for (int i = Entries.Count - 1; i >= 0; i--)
        {
            if (Entries[i].Key == key)
            {
                return (AprJsonValue)Entries[i].Value;
            }
        }

        return null;
    }

    public bool HasTiedEmbeddings => Find("tied_embeddings") is AprJsonValue value && value.RawBytes.Span.SequenceEqual("true"u8);

    public string? Architecture => Find("architecture")?.AsText() ?? Find("model_type")?.AsText();
}
