using System.Text;
using System.Text.Json;
using ModelPack.IO.Json;
using ModelPack.IO.Names;

namespace ModelPack.Validation.Facts;

/// <summary>The companion files of a SafeTensors model that say something about it. What was not read with it is not validated with
/// it.</summary>
internal sealed class CompanionFiles
{
    public const string Config = "config.json";
    public const string Generation = "generation_config.json";
    public const string Tokenizer = "tokenizer.json";
    public const string TokenizerConfig = "tokenizer_config.json";
    public const string Template = "chat_template.jinja";
    public const string OldTemplate = "chat_template.json";

    private static readonly string[] Known = [Config, Generation, Tokenizer, TokenizerConfig, OldTemplate];

    private readonly Dictionary<string, ReadOnlyMemory<byte>> texts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, JsonElement> objects = new(StringComparer.Ordinal);
    private readonly List<(string Name, string Text)> problems = [];
    private readonly List<string> oddities = [];

    private CompanionFiles()
    {
    }

    /// <summary>Companions from which nothing can be read: known ones that are not one JSON object, others that are called JSON and are
    /// none, any that are too large.</summary>
    public IReadOnlyList<(string Name, string Text)> Problems => problems;

    /// <summary>What Python's JSON has and JSON has not, in words.</summary>
    public IReadOnlyList<string> Oddities => oddities;

    public static CompanionFiles Of(ModelFile file)
    {
        CompanionFiles companions = new();
        if (file.Format != ModelFormat.SafeTensors)
        {
            return companions;
        }

        foreach (string name in Known.Append(Template))
        {
            if (companions.Read(file, name) is { } bytes)
            {
                companions.Add(name, bytes);
            }
        }

        foreach (ModelSetMember member in file.AllMembers.Where(member => member.Model is null && !Known.Contains(member.Name)))
        {
            if (CompanionText.Problem(member.Name, member.Length, () => member.ReadFrom(file.Source)) is { } problem)
            {
                companions.problems.Add((member.Name, problem));
            }
            else if (CompanionNames.OfPython.Contains(member.Name))
            {
                companions.AddOddities(member.Name, member.ReadFrom(file.Source));
            }
        }

        return companions;
    }

    public JsonElement? Find(string name) => objects.TryGetValue(name, out JsonElement json) ? json : null;

    public string? Text(string name) => texts.TryGetValue(name, out ReadOnlyMemory<byte> text) ? Encoding.UTF8.GetString(text.Span) : null;

    private void Add(string name, ReadOnlyMemory<byte> bytes)
    {
        if (name != Template && CompanionText.WhyUnread(name, bytes.Span) is { } reason)
        {
            problems.Add((name, reason));
            return;
        }

        texts.Add(name, bytes);
        if (name == Template)
        {
            return;
        }

        // tokenizer.json is read by a strict reader, the others by Python's.
        ReadOnlyMemory<byte> text = name == Tokenizer ? bytes : PythonJson.ToJson(bytes);
        if (JsonFacts.Parse(text) is { ValueKind: JsonValueKind.Object } json)
        {
            objects.Add(name, json);
            if (name != Tokenizer)
            {
                AddOddities(name, bytes);
            }
        }
        else
        {
            problems.Add((name, "is not one JSON object"));
        }
    }

    private void AddOddities(string name, ReadOnlyMemory<byte> bytes) =>
        oddities.AddRange(PythonJson.Oddities(bytes).Select(oddity => $"'{name}': {oddity}"));

    private ReadOnlyMemory<byte>? Read(ModelFile file, string name)
    {
        if (file.AllMembers.FirstOrDefault(member => member.Model is null && member.Name == name) is not { } member)
        {
            return null;
        }

        if (CompanionText.WhyUnread(name, member.Length) is { } reason)
        {
            problems.Add((name, reason));
            return null;
        }

        return member.ReadFrom(file.Source);
    }
}
