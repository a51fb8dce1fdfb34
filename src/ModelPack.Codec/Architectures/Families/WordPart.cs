using System.Collections.Frozen;
using ModelPack.Architectures.Rules;
using ModelPack.Diagnostics;

namespace ModelPack.Architectures.Families;

/// <summary>A word of config.json that GGUF has a number for.</summary>
internal sealed class WordPart(string field, string key, FrozenDictionary<string, long> words) : ConfigPart
{
    /// <summary>What the class takes without the field.</summary>
    public string? Absent { get; init; }

    /// <summary>What runtimes take without the key.</summary>
    public string? Missing { get; init; }

    public override void Read(ConfigReader draft)
    {
        if ((draft.Config.Text(field) ?? Absent) is not { } word)
        {
            draft.Obstruct($"{field} is missing");
        }
        else if (words.TryGetValue(word, out long number))
        {
            draft.Count(key, number);
        }
        else
        {
            draft.Obstruct(
                $"{field} is '{SafeText.Shorten(word)}', which is none of {string.Join(", ", words.Keys.Order(StringComparer.Ordinal))}");
        }
    }

    public override void Write(ConfigWriter config)
    {
        long? stated = config.OptionalCount(key);
        string? word = stated is { } number ? words.FirstOrDefault(pair => pair.Value == number).Key : Missing;
        if (word is null)
        {
            config.Refuse($"{config.Key(key)} is {(stated is null ? "missing" : $"{stated}, which no word stands for")}");
            return;
        }

        config.Fields.Set(field, word);
    }
}
