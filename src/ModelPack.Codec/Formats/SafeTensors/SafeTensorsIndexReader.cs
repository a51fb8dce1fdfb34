using System.Text.Json;
using System.Text.Unicode;
using ModelPack.IO;
using ModelPack.IO.Json;

namespace ModelPack.Formats.SafeTensors;

/// <summary>Parses an index: strict JSON, no key twice in any object, bare file names (safetensors.md §5).</summary>
internal sealed class SafeTensorsIndexReader
{
    internal const int MaxDepth = 16;

    private readonly List<SafeTensorsIndexEntry> weightMap = [];
    private bool weightMapFound;
    private long? totalSize;

    public static SafeTensorsIndex Read(ReadOnlyMemory<byte> text, string path)
    {
        StrictJson json = new(
            text.Span, new JsonOrigin(path, 0, SafeTensorsSetErrors.IndexNotJson, SafeTensorsSetErrors.IndexStructure), MaxDepth);
        if (!Utf8.IsValid(text.Span))
        {
            int position = StrictUtf8.FirstInvalid(text.Span);
            throw json.Error(SafeTensorsSetErrors.IndexNotJson, "the index is not UTF-8", position);
        }

        SafeTensorsIndexReader reader = new();
        try
        {
            reader.ReadTop(ref json);
        }
        catch (JsonException fault)
        {
            throw json.NotJson(fault);
        }

        return new SafeTensorsIndex(text, reader.weightMap, reader.totalSize);
    }

    private void ReadTop(ref StrictJson json)
    {
        json.Next(JsonTokenType.StartObject, "the index");
        HashSet<string> keys = new(StringComparer.Ordinal);
        while (NextKey(ref json, keys) is { } key)
        {
            switch (key)
            {
                case "weight_map":
                    ReadWeightMap(ref json);
                    break;
                case "metadata":
                    ReadMetadata(ref json);
                    break;
                default:
                    Skip(ref json);
                    break;
            }
        }

        if (!weightMapFound)
        {
            throw json.Error(SafeTensorsSetErrors.IndexStructure, "weight_map is missing", json.Position);
        }

        json.Next();
    }

    private void ReadWeightMap(ref StrictJson json)
    {
        weightMapFound = true;
        json.Next(JsonTokenType.StartObject, "weight_map");
        HashSet<string> keys = new(StringComparer.Ordinal);
        Dictionary<string, string> files = new(StringComparer.Ordinal);
        while (NextKey(ref json, keys) is { } tensor)
        {
            json.Next(JsonTokenType.String, "the file of the tensor", tensor);
            string file = json.Text();
            if (files.TryGetValue(file, out string? known))
            {
                file = known;
            }
            else
            {
                CheckFileName(ref json, file, tensor);
                files.Add(file, file);
            }

            weightMap.Add(new SafeTensorsIndexEntry(tensor, file, json.Position));
        }
    }

    private void ReadMetadata(ref StrictJson json)
    {
        json.Next(JsonTokenType.StartObject, "metadata");
        HashSet<string> keys = new(StringComparer.Ordinal);
        while (NextKey(ref json, keys) is { } key)
        {
            Skip(ref json);
            if (key == "total_size" && json.TryUnsigned(out ulong size) && size <= long.MaxValue)
            {
                totalSize = (long)size;
            }
        }
    }

    /// <summary>A name must not lead out of the folder on any system: no separators, no drive or scheme, no parent, nothing
    /// invisible.</summary>
    private static void CheckFileName(ref StrictJson json, string file, string tensor)
    {
        if (file.AsSpan().ContainsAny('/', '\\', ':') || file.Contains("..", StringComparison.Ordinal) || file.Any(char.IsControl))
        {
            throw json.Error(SafeTensorsSetErrors.NotABareFileName, $"'{file}' is not a bare file name", json.Position, tensor);
        }

        if (!file.EndsWith(SafeTensorsFormat.Extension, StringComparison.OrdinalIgnoreCase)
            || file.Length == SafeTensorsFormat.Extension.Length)
        {
            throw json.Error(
                SafeTensorsSetErrors.WrongExtension, $"'{file}' does not end in {SafeTensorsFormat.Extension}", json.Position, tensor);
        }
    }

    private static string? NextKey(ref StrictJson json, HashSet<string> keys)
    {
        json.Next();
        if (json.Token != JsonTokenType.PropertyName)
        {
            return null;
        }

        string key = json.Text();
        return keys.Add(key)
            ? key
            : throw json.Error(SafeTensorsSetErrors.IndexDuplicateKey, $"the key '{key}' stands twice", json.Position);
    }

    /// <summary>Passes over the next value, whatever it is. The depth is that of the open objects, which the JSON reader limits.</summary>
    private static void Skip(ref StrictJson json)
    {
        Stack<HashSet<string>> open = new();
        do
        {
            json.Next();
            switch (json.Token)
            {
                case JsonTokenType.StartObject or JsonTokenType.StartArray:
                    open.Push(new HashSet<string>(StringComparer.Ordinal));
                    break;
                case JsonTokenType.EndObject or JsonTokenType.EndArray:
                    open.Pop();
                    break;
                case JsonTokenType.PropertyName when !open.Peek().Add(json.Text()):
                    throw json.Error(SafeTensorsSetErrors.IndexDuplicateKey, $"the key '{json.Text()}' stands twice", json.Position);
                case JsonTokenType.String:
                    json.Text();
                    break;
            }
        }
        while (open.Count > 0);
    }
}
