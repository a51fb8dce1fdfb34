using ModelPack.Tensors;

namespace ModelPack.Formats.Apr;

/// <summary>Turns raw index entries into tensors: dialect, type (apr-v2.md §9.8, §12.5, §13.2).</summary>
internal sealed record AprTensors(AprDialect Dialect, AprFooter Footer, AprEntries Entries, IReadOnlyList<TensorInfo> Present)
{
    public static AprTensors Resolve(
        string file, AprHeader header, AprFooter footer, List<AprRawEntry> raw, bool tiedEmbeddings, List<Note> notes)
    {
        AprDialect dialect = Detect(header, footer, raw);
        byte[] typeBytes = new byte[raw.Count];
        (int Place, AprIndexEntry Entry)? absent = null;
        List<TensorInfo> present = new(raw.Count);
        for (int i = 0; i < typeBytes.Length; i++)
        {
            AprRawEntry entry = raw[i];
            AprIndexEntry resolved = ResolveType(file, entry, dialect, tiedEmbeddings);
            typeBytes[i] = entry.TypeByte;
            if (resolved.CountsAsAbsent)
            {
                absent = (i, resolved);
            }
            else
            {
                long offset = header.DataOffset + resolved.Offset;
                present.Add(
                    new TensorInfo
                    {
                        Name = entry.Name,
                        Type = resolved.Type,
                        Shape = entry.Dimensions,
                        Offset = offset,
                        ByteLength = resolved.Size,
                    });
            }
        }

        AddNotes(dialect, raw, absent?.Place, notes);
        return new AprTensors(dialect, footer, new(present, typeBytes, header.DataOffset, absent), present);
    }

    /// <summary>All three signs are needed: other writers set the flag, and aprender keeps <c>blk.</c> names of llama models (apr-v2.md
    /// §13.2).</summary>
    private static AprDialect Detect(AprHeader header, AprFooter footer, List<AprRawEntry> entries)
    {
        if (header.Flags == AprFlags.Quantized && !footer.IsPresent && entries.Exists(entry =>
            entry.Name.StartsWith("blk.", StringComparison.Ordinal) || entry.Name.StartsWith("token_embd", StringComparison.Ordinal)))
        {
            return AprDialect.Realizar;
        }

        return header.Flags.HasFlag(AprFlags.LayoutRowMajor) ? AprDialect.Aprender : AprDialect.AprenderBeforeLayout002;
    }

    private static AprIndexEntry ResolveType(string file, AprRawEntry entry, AprDialect dialect, bool tiedEmbeddings)
    {
        ReadOnlySpan<TensorType> readings = AprTypeBytes.Readings(entry.TypeByte, dialect);
        if (readings.IsEmpty)
        {
            throw AprErrors.TypeByte.Broken(file, $"the type byte is {entry.TypeByte}", entry.Position, entry.Name);
        }

        bool absent = false;
        if (!AprTypeBytes.TryResolve(readings, entry.Dimensions.AsSpan(), (long)entry.Size, out TensorType type))
        {
            absent = tiedEmbeddings && entry is { Name: "lm_head.weight", Size: 0 };
            type = absent ? readings[0] : throw AprErrors.Size.Broken(
                file,
                $"the size {entry.Size} does not follow from type byte {entry.TypeByte} and shape "
                    + $"{TensorShape.Format(entry.Dimensions.AsSpan())}",
                entry.Position,
                entry.Name);
        }

        return new AprIndexEntry
        {
            Name = entry.Name,
            TypeByte = entry.TypeByte,
            Dimensions = entry.Dimensions,
            Offset = (long)entry.Offset,
            Size = (long)entry.Size,
            Type = type,
            CountsAsAbsent = absent,
        };
    }

    private static void AddNotes(AprDialect dialect, List<AprRawEntry> raw, int? absent, List<Note> notes)
    {
        if (absent is { } tied)
        {
            notes.Add(
                new Note(
                    "K-TIED", "'lm_head.weight' has no bytes and counts as absent, since the embeddings are tied", raw[tied].Position));
        }

        if (dialect == AprDialect.Realizar)
        {
            notes.Add(new Note("K-DIALECT", "realizar dialect: type bytes are ggml ids"));
            return;
        }

        if (dialect == AprDialect.AprenderBeforeLayout002)
        {
            notes.Add(new Note("K-LAYOUT", "neither layout flag is set; the data counts as row-major", 6));
        }

        int legacy = raw.FindIndex(entry => entry.TypeByte is 2 or 8 or 9);
        if (legacy >= 0)
        {
            notes.Add(new Note("K-LEGACY", $"'{raw[legacy].Name}' has the old type byte {raw[legacy].TypeByte}", raw[legacy].Position));
        }
    }
}
