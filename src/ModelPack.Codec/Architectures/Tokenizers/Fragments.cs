using ModelPack.IO.Json;

namespace ModelPack.Architectures.Tokenizers;

/// <summary>Objects that occur in several places of tokenizer.json.</summary>
internal static class Fragments
{
    /// <summary>SentencePiece's sign for a space.</summary>
    public const string Space = "\u2581";

    public static void Type(JsonText text, string type)
    {
        text.Name("type");
        text.String(type);
    }

    public static void Field(JsonText text, string name, string value)
    {
        text.Name(name);
        text.String(value);
    }

    public static void Field(JsonText text, string name, bool flag)
    {
        text.Name(name);
        text.Bool(flag);
    }

    public static void NullField(JsonText text, string name)
    {
        text.Name(name);
        text.Null();
    }

    /// <summary>An object of a type that has no other fields.</summary>
    public static void Bare(JsonText text, string type)
    {
        text.StartObject();
        Type(text, type);
        text.EndObject();
    }

    public static void ByteLevel(JsonText text, bool addPrefixSpace, bool trimOffsets, bool useRegex)
    {
        text.StartObject();
        Type(text, "ByteLevel");
        Field(text, "add_prefix_space", addPrefixSpace);
        Field(text, "trim_offsets", trimOffsets);
        Field(text, "use_regex", useRegex);
        text.EndObject();
    }

    /// <summary>A replacement of a literal text or a pattern.</summary>
    public static void Replace(JsonText text, string patternKind, string pattern, string content)
    {
        text.StartObject();
        Type(text, "Replace");
        text.Name("pattern");
        text.StartObject();
        Field(text, patternKind, pattern);
        text.EndObject();
        Field(text, "content", content);
        text.EndObject();
    }

    public static void Metaspace(JsonText text, string prependScheme)
    {
        text.StartObject();
        Type(text, "Metaspace");
        Field(text, "replacement", Space);
        Field(text, "prepend_scheme", prependScheme);
        Field(text, "split", true);
        text.EndObject();
    }

    /// <summary>A sequence, whose items stand under a name of its own in each place.</summary>
    public static void Sequence(JsonText text, string itemsName, params Action<JsonText>[] items)
    {
        text.StartObject();
        Type(text, "Sequence");
        text.Name(itemsName);
        text.StartArray();
        foreach (Action<JsonText> item in items)
        {
            item(text);
        }

        text.EndArray();
        text.EndObject();
    }

    /// <summary>The first tokens of a vocabulary with their ids.</summary>
    public static void Vocabulary(JsonText text, Vocabulary vocabulary, int count)
    {
        text.Name("vocab");
        text.StartObject();
        for (int id = 0; id < count; id++)
        {
            text.Name(vocabulary.Tokens[id]);
            text.Number(id);
        }

        text.EndObject();
    }

    /// <summary>
    /// Merges as texts, which every reader takes; older ones pass pairs over without a word (hf-companions.md §2.2). All have one form:
    /// pairs, where a text would be read otherwise. The library parts a text at each space, and takes one that begins with <c>#version</c>
    /// for the head of a merges.txt.
    /// </summary>
    public static void Merges(JsonText text, IReadOnlyCollection<(string Left, string Right)> merges)
    {
        bool asTexts = !merges.Any(
            merge => merge.Left.Contains(' ') || merge.Right.Contains(' ') || merge.Left.StartsWith("#version", StringComparison.Ordinal));
        text.Name("merges");
        text.StartArray();
        foreach ((string left, string right) in merges)
        {
            if (asTexts)
            {
                text.String($"{left} {right}");
                continue;
            }

            text.StartArray();
            text.String(left);
            text.String(right);
            text.EndArray();
        }

        text.EndArray();
    }
}
