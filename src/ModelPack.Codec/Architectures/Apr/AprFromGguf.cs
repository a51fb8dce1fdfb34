using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using ModelPack.Formats.Apr;
using ModelPack.Formats.Gguf;

namespace ModelPack.Architectures.Apr;

/// <summary>
/// Says a model's metadata in APR's words (apr-v2.md §7, §15.2): canonical keys, each once, none of them <c>null</c>. What the source does
/// not say is left out and noted; what APR has no words for is kept with its type (<see cref="UnmappedKeys"/>).
/// </summary>
internal sealed class AprFromGguf
{
    private const string UnknownModel = "unknown";
    private const string Dialogue = "chat_template";

    private readonly AprMetadataSource source;
    private readonly GgufKeys keys;
    private readonly Dictionary<string, AprJson> fields = new(StringComparer.Ordinal);
    private readonly Dictionary<string, AprJson> custom = new(StringComparer.Ordinal);
    private readonly List<Note> notes = [];

    private AprFromGguf(AprMetadataSource source)
    {
        this.source = source;
        keys = new GgufKeys(source.Entries);
    }

    /// <summary>Says the metadata of a source.</summary>
    /// <exception cref="ArgumentException">A key occurs twice.</exception>
    public static AprTargetMetadata Write(AprMetadataSource source) => new AprFromGguf(source).Write();

    private AprTargetMetadata Write()
    {
        Identity();
        Texts();
        if (source.Architecture is { } architecture)
        {
            Counts(architecture);
            Numbers(architecture);
            HeadDimension(architecture);
            if (RopeRows.Type(architecture, source.Rows) is { } type)
            {
                fields["rope_type"] = AprJson.Number(type);
            }
        }
        else
        {
            notes.Miss("the source names no architecture, so its hyperparameters have no names either");
        }

        VocabularySize();
        Template();
        AprTokenizerWriter.Write(keys, fields, custom, notes);
        Custom();
        return Result();
    }

    private void Identity()
    {
        fields["model_type"] = AprJson.String(source.Architecture ?? UnknownModel);
        fields["original_format"] = AprJson.String(source.Format.ToString().ToLowerInvariant());
        SetText("architecture", source.Architecture);
        SetText("hf_architecture", source.HuggingFaceClass);
        SetText("hf_model_type", source.HuggingFaceModelType);
        keys.Say(GgufFormat.ArchitectureKey);
        if (source.ParameterCount is { } count)
        {
            fields["param_count"] = AprJson.Number(count);
        }
    }

    private void SetText(string field, string? text)
    {
        if (text is not null)
        {
            fields[field] = AprJson.String(text);
        }
    }

    private void Texts()
    {
        foreach ((string key, string field) in AprFieldMap.Texts)
        {
            if (keys.Find(key)?.Text is { } text)
            {
                fields[field] = AprJson.String(text);
                keys.Say(key);
            }
        }
    }

    private void Counts(string architecture)
    {
        foreach ((string name, string field) in AprFieldMap.Counts)
        {
            string key = $"{architecture}.{name}";
            if (keys.Find(key) is not { } value)
            {
                continue;
            }

            if (Count(value) is not { } count)
            {
                notes.Lose($"'{key}' is {value.Display()}, which '{field}' cannot say: it is one count");
                continue;
            }

            fields[field] = AprJson.Number(count);
            if (value.Type == GgufValueType.UInt32)
            {
                keys.Say(key);
            }
        }
    }

    /// <summary>A count of any width (gguf.md §6), or one for each layer if they agree.</summary>
    private static ulong? Count(GgufValue value)
    {
        if (value.TryGetIntegers(out Int128[]? perLayer))
        {
            return perLayer.Length > 0 && perLayer[0] >= 0 && perLayer.All(item => item == perLayer[0]) ? (ulong)perLayer[0] : null;
        }

        return value.TryGetInteger(out Int128 number) && number >= 0 ? (ulong)number : null;
    }

    private void Numbers(string architecture)
    {
        foreach ((string name, string field) in AprFieldMap.Numbers(architecture))
        {
            string key = $"{architecture}.{name}";
            if (keys.Find(key) is not { } value)
            {
                continue;
            }

            // The field is a single; a double that is none would be read back as another number.
            if (!value.TryGetFloat(out double number) || !double.IsFinite(number) || (float)number != number)
            {
                notes.Lose($"'{key}' is {value.Display()}, which '{field}' cannot say: it is one finite single-precision number");
                continue;
            }

            fields[field] = AprJson.Number((float)number);
            if (value.Type == GgufValueType.Float32)
            {
                keys.Say(key);
            }
        }
    }

    // One field for two keys: said only where they agree (hf-companions.md §1.1).
    private void HeadDimension(string architecture)
    {
        string key = $"{architecture}.{AprFieldMap.KeyLength}";
        string otherKey = $"{architecture}.{AprFieldMap.ValueLength}";
        if (keys.Find(key) is not { } keyLength || keys.Find(otherKey) is not { } valueLength)
        {
            return;
        }

        if (Count(keyLength) is not { } dimension || Count(valueLength) != dimension)
        {
            notes.Lose(
                $"'{key}' is {keyLength.Display()} and '{otherKey}' is {valueLength.Display()}, which 'head_dim' cannot say: it is one "
                    + $"count");
            return;
        }

        fields["head_dim"] = AprJson.Number(dimension);
        foreach (string said in new[] { key, otherKey }.Where(name => keys.Find(name)!.Type == GgufValueType.UInt32))
        {
            keys.Say(said);
        }
    }

    private void VocabularySize()
    {
        if (ModelTensors.Of(source.Tensors.Select(tensor => (tensor.Name, tensor.Shape))).Embedding is not { } embedding)
        {
            return;
        }

        AprJson rows = AprJson.Number((ulong)embedding[0]);
        if (!fields.TryGetValue("vocab_size", out AprJson stated))
        {
            // The key is often absent from GGUF, the rows of the embedding are what it counts (hf-companions.md §1.1).
            fields["vocab_size"] = rows;
            notes.Derive($"'vocab_size' is the {embedding[0]} rows of the embedding");
        }
        else if (!stated.Equals(rows))
        {
            notes.Contradict($"'{source.Architecture}.vocab_size' is {stated}, but the embedding has {embedding[0]} rows");
        }
    }

    private void Template()
    {
        if (keys.Find(AprTokenizerKeys.GgufChatTemplate) is not { } value)
        {
            return;
        }

        if (value.Text is not { } template)
        {
            notes.Lose($"'{AprTokenizerKeys.GgufChatTemplate}' is not a text in UTF-8, and JSON holds no other");
            return;
        }

        fields[Dialogue] = AprJson.String(template);
        custom[AprTokenizerKeys.ChatTemplate] = AprJson.String(template);
        keys.Say(AprTokenizerKeys.GgufChatTemplate);
    }

    private void Custom()
    {
        if (source.IsHeadCopied)
        {
            custom["tied_embeddings"] = AprJson.Bool(true);
        }

        if (RopeRows.Differ(source.Architecture) || source.AreHeadsSplit)
        {
            custom[AprRowOrder.Key] = AprJson.String(AprRowOrder.Word(source.Rows));
        }

        if (source.HuggingFaceConfig is { } config)
        {
            if (IsStorableObject(config.Span))
            {
                custom["hf_config"] = AprJson.Raw(config);
            }
            else
            {
                notes.Lose("config.json is not one JSON object in Unicode of at most 126 levels, so 'hf_config' is left out");
            }
        }

        if (UnmappedKeys.Write(keys.Unmapped, notes) is { } unmapped)
        {
            custom[UnmappedKeys.Key] = unmapped;
        }
    }

    // The text becomes a part of the metadata, one level down.
    private static bool IsStorableObject(ReadOnlySpan<byte> json)
    {
        try
        {
            Utf8JsonReader reader = new(json, new JsonReaderOptions { MaxDepth = AprFormat.MaximumLevels - 1 });
            bool isObject = reader.Read() && reader.TokenType == JsonTokenType.StartObject;
            while (reader.Read())
            {
                if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName)
                {
                    reader.GetString();
                }
            }

            return isObject;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return false;
        }
    }

    private AprTargetMetadata Result()
    {
        foreach (string missing in AprRequirements.Missing(
            key => fields.ContainsKey(key) || custom.ContainsKey(key), source.Tensors.Select(tensor => tensor.Name)))
        {
            notes.Miss(missing);
        }

        ImmutableArray<KeyValuePair<string, AprJson>> known = [.. fields.OrderBy(field => AprFields.Find(field.Key)!.Position)];
        ImmutableArray<KeyValuePair<string, AprJson>> others =
            [.. custom.OrderBy(
                pair => Encoding.UTF8.GetBytes(pair.Key),
                Comparer<byte[]>.Create((left, right) => left.AsSpan().SequenceCompareTo(right)))];
        long bytes = known.Concat(others).Sum(pair => (long)pair.Key.Length + pair.Value.Utf8.Length);
        if (bytes > AprFormat.DeclaredMetadataBytes)
        {
            notes.Add(
                new(MetadataNotes.Size,
                    $"the metadata takes {bytes} bytes, more than the {AprFormat.DeclaredMetadataBytes} that the format declares"));
        }

        return new(known, others, [.. notes]);
    }
}
