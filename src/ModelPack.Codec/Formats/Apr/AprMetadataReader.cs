using System.Text.Json;
using System.Text.Unicode;
using ModelPack.Diagnostics;
using ModelPack.IO;

namespace ModelPack.Formats.Apr;

/// <summary>Reads the metadata in one pass over its tokens (apr-v2.md §15.1 step 5). Depth is counted, never recursed into.</summary>
internal ref struct AprMetadataReader
{
    private readonly string file;
    private readonly ReadOnlyMemory<byte> json;
    private readonly long start;
    private readonly AprFieldCheck fields = new();
    private readonly AprKeySet keys;
    private readonly List<MetadataEntry> entries = [];
    private Utf8JsonReader reader;
    private string key = "";
    private int valueStart;

    private AprMetadataReader(string file, ReadOnlyMemory<byte> json, long start)
    {
        this.file = file;
        this.json = json;
        this.start = start;
        keys = new AprKeySet(json);
        reader = new Utf8JsonReader(json.Span, new JsonReaderOptions { MaxDepth = AprFormat.MaximumLevels + 1 });
    }

    public static AprMetadata Read(ByteSource source, AprHeader header, List<Note> notes)
    {
        ReadOnlyMemory<byte> json = source.ReadMemory(header.MetadataOffset, header.MetadataSize);
        if (!Utf8.IsValid(json.Span))
        {
            throw AprErrors.Json.Broken(
                source.Name, "the metadata is not UTF-8", header.MetadataOffset + StrictUtf8.FirstInvalid(json.Span));
        }

        AprMetadataReader reader = new(source.Name, json, header.MetadataOffset);
        reader.ReadAll();
        reader.AddNotes(notes);
        return new AprMetadata(json, reader.entries);
    }

    private void ReadAll()
    {
        try
        {
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                throw AprErrors.NotAnObject.Broken(
                    file, $"the metadata is {AprJsonText.Words(reader.TokenType)}", start + reader.TokenStartIndex);
            }

            keys.OnObjectStart(0);
            while (reader.Read())
            {
                OnToken();
            }
        }
        catch (JsonException cause)
        {
            throw new ModelFormatException(
                AprErrors.Json, $"the metadata is not JSON: {cause.Message}", start + reader.BytesConsumed, cause) { FilePath = file };
        }

        if (fields.FirstWrong is { } wrong)
        {
            throw AprErrors.FieldType.Broken(file, wrong.Text, start + wrong.Offset);
        }
    }

    private void OnToken()
    {
        int level = reader.CurrentDepth;
        if (reader.TokenType is JsonTokenType.PropertyName or JsonTokenType.String && reader.ValueIsEscaped
            && AprJsonText.HasLoneSurrogate(reader.ValueSpan))
        {
            throw AprErrors.Json.Broken(file, "an escape stands for half a surrogate pair", start + reader.TokenStartIndex);
        }

        switch (reader.TokenType)
        {
            case JsonTokenType.PropertyName:
                OnKey(level);
                return;
            case JsonTokenType.EndObject:
                keys.OnObjectEnd(level);
                if (level == 1)
                {
                    fields.OnObjectEnd();
                }

                break;
            case JsonTokenType.StartObject or JsonTokenType.StartArray when level >= AprFormat.MaximumLevels:
                throw AprErrors.Nesting.Broken(file, $"level {level + 1} begins here", start + reader.TokenStartIndex);
            case JsonTokenType.StartObject:
                keys.OnObjectStart(level);
                break;
        }

        OnValue(level);
    }

    private void OnKey(int level)
    {
        keys.OnKey(ref reader);
        if (level == 1)
        {
            key = reader.GetString()!;
            fields.OnKey(key, reader.TokenStartIndex);
        }
        else if (level == 2)
        {
            fields.OnMember(ref reader);
        }
    }

    private void OnValue(int level)
    {
        bool ends = reader.TokenType is JsonTokenType.EndObject or JsonTokenType.EndArray;
        bool begins = reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray;
        if (level == 2 && !ends)
        {
            fields.OnMemberValue(ref reader);
        }

        if (level != 1)
        {
            return;
        }

        if (!ends)
        {
            valueStart = (int)reader.TokenStartIndex;
            fields.OnValue(ref reader);
        }

        if (!begins)
        {
            entries.Add(new MetadataEntry(key, new AprJsonValue(json[valueStart..(int)reader.BytesConsumed])));
        }
    }

    private readonly void AddNotes(List<Note> notes)
    {
        if (keys.Duplicates.Count > 0)
        {
            string name = keys.KeyAt(keys.Duplicates.Position);
            notes.Add(
                new Note(
                    "K-DUPKEY",
                    $"{Plural.Of(keys.Duplicates.Count, "key", "stands", "stand")} twice in one object, the first is '{name}'; the last "
                        + $"value counts",
                    start + keys.Duplicates.Position));
        }

        foreach (IEnumerable<string> spellings in fields.SpelledTwice)
        {
            notes.Add(
                new Note("K-ALIAS", $"one field under several keys: {string.Join(", ", spellings.Order(StringComparer.Ordinal))}", start));
        }

        foreach (string name in fields.Nulls)
        {
            notes.Add(new Note("K-NULL", $"'{name}' is null, which aprender rejects", start));
        }
    }
}
