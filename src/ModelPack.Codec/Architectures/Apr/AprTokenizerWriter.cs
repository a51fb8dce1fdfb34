using System.Globalization;
using System.Text.Unicode;
using ModelPack.Diagnostics;
using ModelPack.Formats.Apr;
using ModelPack.Formats.Gguf;

namespace ModelPack.Architectures.Apr;

/// <summary>Says a tokenizer in APR's words (apr-v2.md §7.3). Real ones have 150,000 tokens and as many merges: their bytes go from text to
/// text, once.</summary>
internal sealed class AprTokenizerWriter(
    GgufKeys keys, Dictionary<string, AprJson> fields, Dictionary<string, AprJson> custom, List<Note> notes)
{
    private const string Prefix = "tokenizer.ggml.";
    private const string TokensKey = Prefix + "tokens";
    private const string MergesKey = Prefix + "merges";
    private const string ScoresKey = Prefix + "scores";
    private const string TypesKey = Prefix + "token_type";
    private const string ModelKey = Prefix + "model";
    private const string PreKey = Prefix + "pre";
    private const string AddBosKey = Prefix + "add_bos_token";

    private readonly Dictionary<Int128, List<string>> members = [];
    private readonly SortedDictionary<string, AprJson> special = new(StringComparer.Ordinal);

    public static void Write(GgufKeys keys, Dictionary<string, AprJson> fields, Dictionary<string, AprJson> custom, List<Note> notes) =>
        new AprTokenizerWriter(keys, fields, custom, notes).Write();

    private void Write()
    {
        if (keys.Find(TokensKey) is not { ElementType: GgufValueType.String } tokens)
        {
            return;
        }

        GgufValue? merges = keys.Find(MergesKey) is { ElementType: GgufValueType.String } list ? list : null;
        Ids(tokens.Count);
        AprJson? vocabulary = Vocabulary(tokens);
        AprJson? rules = merges is null ? null : Strings(merges);
        if (vocabulary is null || (merges is not null && rules is null))
        {
            // A part of a tokenizer would be taken for the whole, so nothing of it is written.
            notes.Lose(
                $"the tokenizer is left out: '{(vocabulary is null ? TokensKey : MergesKey)}' has a text that is not UTF-8, and JSON holds "
                    + $"no other");
            foreach ((_, string? id, _) in AprTokenizerKeys.Ids.Where(row => row.Custom is not null))
            {
                custom.Remove(id!);
            }

            keys.SayAll(Prefix);
            return;
        }

        Set(TokensKey, AprTokenizerKeys.Vocabulary, vocabulary.Value);
        custom[AprTokenizerKeys.Size] = AprJson.Number((ulong)tokens.Count);
        if (rules is { } joined)
        {
            Set(MergesKey, AprTokenizerKeys.Merges, joined);
        }

        Scores(tokens.Count);
        Types(tokens.Count);
        Texts();
        if (keys.Find(AddBosKey) is { } value && value.TryGetBool(out bool flag))
        {
            Set(AddBosKey, AprTokenizerKeys.AddBos, AprJson.Bool(flag));
        }

        Special();
    }

    private void Set(string key, string name, AprJson value)
    {
        custom[name] = value;
        keys.Say(key);
    }

    private void Ids(long count)
    {
        foreach ((string key, string? name, string member) in AprTokenizerKeys.Ids)
        {
            if (keys.Find(key) is not { } value || !value.TryGetInteger(out Int128 id) || id < 0 || id > uint.MaxValue)
            {
                continue;
            }

            if (id >= count)
            {
                notes.Contradict($"'{key}' is {id}, but '{TokensKey}' has {Plural.Of(count, "item")}");
            }

            if (!members.TryGetValue(id, out List<string>? names))
            {
                members.Add(id, names = []);
            }

            names.Add(member);
            if (name is not null)
            {
                custom[name] = AprJson.Number((ulong)id);
                if (value.Type == GgufValueType.UInt32)
                {
                    keys.Say(key);
                }
            }
        }
    }

    private AprJson? Vocabulary(GgufValue tokens)
    {
        long id = 0;
        return Strings(tokens, text =>
        {
            if (members.TryGetValue(id++, out List<string>? names))
            {
                names.ForEach(name => special[name] = Text(text));
            }

            if (text.Span.SequenceEqual("<|im_start|>"u8))
            {
                special["im_start_token"] = Text(text);
            }
            else if (text.Span.SequenceEqual("<|im_end|>"u8))
            {
                special["im_end_token"] = Text(text);
            }
        });
    }

    private static AprJson Text(ReadOnlyMemory<byte> utf8) => AprJson.Build(writer => writer.String(utf8.Span));

    /// <summary>An array of texts; null if one of them is not UTF-8.</summary>
    private static AprJson? Strings(GgufValue value, Action<ReadOnlyMemory<byte>>? onText = null)
    {
        AprJsonWriter writer = new();
        writer.StartArray();
        foreach (ReadOnlyMemory<byte> text in value.EnumerateStrings())
        {
            if (!Utf8.IsValid(text.Span))
            {
                return null;
            }

            onText?.Invoke(text);
            writer.String(text.Span);
        }

        writer.EndArray();
        return new AprJson(writer.Written);
    }

    private void Scores(long count)
    {
        if (keys.Find(ScoresKey) is not { ElementType: GgufValueType.Float32 } value || !Agrees(ScoresKey, value.Count, count))
        {
            return;
        }

        AprJsonWriter writer = new();
        writer.StartArray();
        ReadOnlySpan<byte> items = value.ItemBytes.Span;
        for (int offset = 0; offset < items.Length; offset += sizeof(float))
        {
            float score = (float)GgufValue.ReadFloat(GgufValueType.Float32, items.Slice(offset, sizeof(float)), value.Encoding);
            if (!float.IsFinite(score))
            {
                notes.Lose(string.Create(
                    CultureInfo.InvariantCulture,
                    $"'{AprTokenizerKeys.Scores}' is left out: '{ScoresKey}' is {score} at {offset / sizeof(float)}, which JSON cannot hold"));
                keys.Say(ScoresKey);
                return;
            }

            writer.Number(score);
        }

        writer.EndArray();
        Set(ScoresKey, AprTokenizerKeys.Scores, new AprJson(writer.Written));
    }

    private void Types(long count)
    {
        if (keys.Find(TypesKey) is not { ElementType: { } element } value || !value.TryGetIntegers(out Int128[]? types)
            || !Agrees(TypesKey, value.Count, count))
        {
            return;
        }

        AprJsonWriter writer = new();
        writer.StartArray();
        foreach (Int128 type in types)
        {
            if (type < int.MinValue || type > int.MaxValue)
            {
                notes.Lose($"'{AprTokenizerKeys.TokenTypes}' is left out: '{TypesKey}' holds {type}, which is no token type");
                return;
            }

            writer.Number((long)type);
        }

        writer.EndArray();
        custom[AprTokenizerKeys.TokenTypes] = new AprJson(writer.Written);
        if (element == GgufValueType.Int32)
        {
            keys.Say(TypesKey);
        }
    }

    private bool Agrees(string key, long items, long tokens)
    {
        if (items != tokens)
        {
            notes.Contradict($"'{key}' has {Plural.Of(items, "item")}, but '{TokensKey}' has {tokens}");
        }

        return items == tokens;
    }

    // realizar reads one of the keys of the model, aprender writes either (apr-v2.md §7.3).
    private void Texts()
    {
        if (keys.Find(ModelKey)?.Text is { } model)
        {
            Set(ModelKey, AprTokenizerKeys.Model, AprJson.String(model));
            Set(ModelKey, AprTokenizerKeys.ModelType, AprJson.String(model));
        }

        if (keys.Find(PreKey)?.Text is { } pre)
        {
            Set(PreKey, AprTokenizerKeys.PreTokenizer, AprJson.String(pre));
        }
    }

    private void Special()
    {
        if (special.Count == 0)
        {
            return;
        }

        fields["special_tokens"] = AprJson.Build(writer =>
        {
            writer.StartObject();
            foreach (AprMember member in AprFields.Find("special_tokens")!.Members)
            {
                if (special.TryGetValue(member.Name, out AprJson text))
                {
                    writer.Name(member.Name);
                    writer.Value(text);
                }
            }

            writer.EndObject();
        });
    }
}
