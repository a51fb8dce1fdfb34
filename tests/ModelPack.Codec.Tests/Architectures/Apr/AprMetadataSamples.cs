using System.Text;
using ModelPack.Architectures.Apr;
using ModelPack.Codec.Tests.Formats.Apr;
using ModelPack.Formats;
using ModelPack.Formats.Apr;
using ModelPack.Formats.Gguf;

namespace ModelPack.Codec.Tests.Architectures.Apr;

/// <summary>Goes between GGUF keys and APR metadata, as files that are opened.</summary>
internal static class AprMetadataSamples
{
    public static AprMetadataSource SourceOf(GgufFile file) => new()
    {
        Architecture = file.Architecture,
        Entries = file.Metadata,
        Tensors = [.. file.Tensors.Select(tensor => new StoredTensor(tensor.Name, tensor.Type, tensor.Shape, tensor.ByteLength))],
        Format = ModelFormat.Gguf,
        Rows = RowOrder.Gguf,
    };

    public static AprTargetMetadata Said(SmallGguf gguf)
    {
        using GgufFile file = gguf.Open();
        return AprFromGguf.Write(SourceOf(file));
    }

    public static string? Field(this AprTargetMetadata said, string key) =>
        said.Fields.Concat(said.CustomKeys).Where(pair => pair.Key == key).Select(pair => pair.Value.ToString()).SingleOrDefault();

    /// <summary>A file with this metadata and these matrices of zeros.</summary>
    public static AprFile Apr(string json, params (string Name, ulong Rows, ulong Columns)[] matrices) => (AprBytes.WithMetadata(json) with
    {
        Entries = [.. matrices.OrderBy(matrix => matrix.Name, StringComparer.Ordinal)
            .Select(matrix => new AprEntryBytes(
                Encoding.UTF8.GetBytes(matrix.Name), 1, [matrix.Rows, matrix.Columns], new byte[matrix.Rows * matrix.Columns * 2]))],
    }).Open();

    public static GgufMetadataFrom Read(string json, params (string Name, ulong Rows, ulong Columns)[] matrices)
    {
        using AprFile file = Apr(json, matrices);
        return GgufFromApr.Read(file);
    }

    /// <summary>The metadata as the writer spells it, with the embedding that the vocabulary needs.</summary>
    public static AprFile ToFile(AprTargetMetadata said, params (string Name, ulong Rows, ulong Columns)[] matrices) =>
        Apr(Encoding.UTF8.GetString(
            AprMetadataWriter.Write(new AprModel { Fields = said.Fields, CustomKeys = said.CustomKeys, Tensors = [] }).Span), matrices);

    public static GgufValue? Find(this GgufMetadataFrom read, string key) =>
        (GgufValue?)read.Entries.SingleOrDefault(entry => entry.Key == key)?.Value;

    public static string Shown(this GgufMetadataFrom read, string key) =>
        read.Find(key) is { } value ? $"{value.TypeName} {value.Text ?? value.Display()}" : "absent";

    public static void AssertNote(this IEnumerable<Note> notes, string rule, string text) =>
        Assert.IsTrue(notes.Any(note => note.Rule == rule && note.Text == text), string.Join(Environment.NewLine, notes));

    /// <summary>What comes back is what was there: every key, its type and its bytes.</summary>
    public static void AssertReturns(GgufFile source, params string[] derived)
    {
        AprTargetMetadata said = AprFromGguf.Write(SourceOf(source));
        using AprFile file = ToFile(said);
        Assert.IsFalse(
            file.Notes.Any(note => note.Rule is "K-ALIAS" or "K-DUPKEY" or "K-NULL"), string.Join(Environment.NewLine, file.Notes));
        GgufMetadataFrom read = GgufFromApr.Read(file);
        Assert.AreEqual(source.Architecture, read.Architecture);
        CollectionAssert.AreEquivalent(
            source.Metadata.Select(entry => entry.Key).Concat(derived).ToArray(), read.Entries.Select(entry => entry.Key).ToArray());
        foreach (MetadataEntry entry in source.Metadata)
        {
            GgufValue back = read.Find(entry.Key)!;
            Assert.AreEqual(entry.Value.TypeName, back.TypeName, entry.Key);
            Assert.IsTrue(entry.Value.RawBytes.Span.SequenceEqual(back.RawBytes.Span), $"{entry.Key} came back as {back.Display()}");
        }

        Assert.IsEmpty(read.Contradictions);
    }
}
