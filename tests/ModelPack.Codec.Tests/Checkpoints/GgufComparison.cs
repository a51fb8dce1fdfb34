using System.Text.Json;
using ModelPack.Formats.Gguf;

namespace ModelPack.Codec.Tests.Checkpoints;

/// <summary>A GGUF that was made of a folder, and the one that llama.cpp's converter made of it: every tensor (name, shape, type, bytes)
/// and every key (type, bytes).</summary>
internal static class GgufComparison
{
    public static IEnumerable<CheckpointDifference> Tensors(GgufFile file, ReferenceTable table)
    {
        Dictionary<string, TensorInfo> ours = file.Tensors.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
        Dictionary<string, TensorInfo> theirs = table.File.Tensors.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
        TensorInfo[] both = [.. theirs.Values.Where(tensor => ours.ContainsKey(tensor.Name))];
        return new[]
        {
            Names(theirs.Keys.Except(ours.Keys), "not there"),
            Names(ours.Keys.Except(theirs.Keys), "not in the reference"),
            Names(both.Where(tensor => !ours[tensor.Name].Shape.SequenceEqual(tensor.Shape)).Select(tensor => tensor.Name),
                "of another shape"),
            Names(both.Where(tensor => ours[tensor.Name].Type != tensor.Type).Select(tensor => tensor.Name), "of another type"),
            Names(both.Where(tensor => ours[tensor.Name].Type == tensor.Type && HashIn(file, ours[tensor.Name]) != table.Hash(tensor))
                .Select(tensor => tensor.Name), "with other bytes"),
        }.Where(what => what is not null).Select(what => new CheckpointDifference(Part.GgufTensors, what!));
    }

    public static IEnumerable<CheckpointDifference> Keys(GgufFile file, GgufFile reference)
    {
        string architecture = reference.Architecture + ".";
        foreach (MetadataEntry entry in reference.Metadata)
        {
            if (file.Find(entry.Key) is not { } value)
            {
                yield return Key(entry.Key, "not there");
            }
            else if (value.TypeName != entry.Value.TypeName)
            {
                yield return Key(entry.Key, $"{value.TypeName}, not {entry.Value.TypeName}");
            }
            else if (!value.RawBytes.Span.SequenceEqual(entry.Value.RawBytes.Span))
            {
                yield return Key(
                    entry.Key, value.ElementType is null ? $"{value.Display()}, not {entry.Value.Display()}" : Items(value, entry.Value));
            }
        }

        foreach (MetadataEntry entry in file.Metadata.Where(entry => reference.Find(entry.Key) is null))
        {
            yield return Key(entry.Key, "not in the reference");
        }

        CheckpointDifference Key(string key, string what)
        {
            // Names of models are as long as their folders' and say nothing.
            string shown = key.StartsWith("general.", StringComparison.Ordinal) && key != "general.architecture"
                && key != "general.file_type" && what.Contains(", not ", StringComparison.Ordinal) ? "another" : what;
            return new(
                Part.GgufKeys,
                $"{(key.StartsWith(architecture, StringComparison.Ordinal) ? $"{{arch}}.{key[architecture.Length..]}" : key)}: "
                    + $"{shown.ReplaceLineEndings(" ").Replace('\t', ' ')}");
        }
    }

    /// <summary>How many, and the first of them; null for none.</summary>
    public static string? Names(IEnumerable<string> names, string what)
    {
        string[] all = [.. names.Order(StringComparer.Ordinal)];
        return all.Length == 0 ? null : $"{all.Length} {what}: {string.Join(", ", all.Take(3))}{(all.Length > 3 ? ", …" : "")}";
    }

    // Which values stand for which others, not where: a long list differs in the same way at many places.
    private static string Items(MetadataValue ours, MetadataValue theirs)
    {
        JsonElement[] mine = Array(ours), other = Array(theirs);
        if (mine.Length != other.Length)
        {
            return $"{mine.Length} items, not {other.Length}";
        }

        string[] pairs = [
            .. mine.Zip(other, (one, two) => $"{one.GetRawText()} for {two.GetRawText()}")
                .Where((_, index) => !JsonElement.DeepEquals(mine[index], other[index]))];
        return Names(pairs.Distinct(), $"values in {pairs.Length} items")!;
    }

    private static JsonElement[] Array(MetadataValue value)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter writer = new(stream))
        {
            value.WriteJson(writer);
        }

        using JsonDocument document = JsonDocument.Parse(stream.ToArray());
        return [.. document.RootElement.EnumerateArray().Select(item => item.Clone())];
    }

    private static string HashIn(GgufFile file, TensorInfo tensor) =>
        ReferenceTable.HashOf(file.Source.ReadBytes(tensor.Offset, checked((int)tensor.ByteLength)));
}
