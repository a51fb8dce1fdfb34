using System.Text;
using System.Text.Json;
using ModelPack.Codec.HuggingFace;
using ModelPack.Codec.HuggingFace.Json;
using ModelPack.Codec.IO;

namespace ModelPack.Codec.Proof.Validation.Facts;

/// <summary>The companion files of a SafeTensors model that say something about it: members of its folder, or beside a model opened by itself.</summary>
internal sealed class CompanionFiles
{
    public const string Config = "config.json";
    public const string Generation = "generation_config.json";
    public const string Tokenizer = "tokenizer.json";
    public const string TokenizerConfig = "tokenizer_config.json";
    public const string Template = "chat_template.jinja";
    public const string OldTemplate = "chat_template.json";

    private const string SingleFile = "model.safetensors";
    private const int MaximumBytes = 64 << 20;

    private static readonly string[] Known = [Config, Generation, Tokenizer, TokenizerConfig, OldTemplate];

    private readonly Dictionary<string, ReadOnlyMemory<byte>> texts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, JsonElement> objects = new(StringComparer.Ordinal);
    private readonly List<string> broken = [];
    private readonly List<string> notJson = [];
    private readonly List<string> oddities = [];

    private CompanionFiles()
    {
    }

    /// <summary>Known companions that are not one JSON object.</summary>
    public IReadOnlyList<string> Broken => broken;

    /// <summary>Other companions that are called JSON and are none.</summary>
    public IReadOnlyList<string> NotJson => notJson;

    /// <summary>What Python's JSON has and JSON has not, in words.</summary>
    public IReadOnlyList<string> Oddities => oddities;

    public static CompanionFiles Of(ModelFile file, string path)
    {
        CompanionFiles companions = new();
        if (file.Format != ModelFormat.SafeTensors)
        {
            return companions;
        }

        foreach (string name in Known.Append(Template))
        {
            if (companions.Read(file, path, name) is { } bytes)
            {
                companions.Add(name, bytes);
            }
        }

        foreach (ModelSetMember member in file.AllMembers.Where(member => member.Model is null && !Known.Contains(member.Name)))
        {
            if (!CompanionText.IsAsNamed(member.Name, file.Source.ReadBytes(member.Start, checked((int)member.Length))))
            {
                companions.notJson.Add(member.Name);
            }
        }

        return companions;
    }

    public JsonElement? Find(string name) => objects.TryGetValue(name, out JsonElement json) ? json : null;

    public string? Text(string name) => texts.TryGetValue(name, out ReadOnlyMemory<byte> text) ? Encoding.UTF8.GetString(text.Span) : null;

    private void Add(string name, ReadOnlyMemory<byte> bytes)
    {
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
                oddities.AddRange(PythonJson.Oddities(bytes).Select(oddity => $"'{name}': {oddity}"));
            }
        }
        else
        {
            broken.Add(name);
        }
    }

    private ReadOnlyMemory<byte>? Read(ModelFile file, string path, string name)
    {
        if (file.AllMembers.FirstOrDefault(member => member.Model is null && member.Name == name) is { } member)
        {
            return file.Source.ReadBytes(member.Start, checked((int)member.Length));
        }

        // transformers loads these with a folder's one model file or with its index, whatever else lies there.
        string file0 = Path.GetFileName(path);
        bool isWholeModel = file0 == SingleFile || file0 == SingleFile + ".index.json";
        string beside = Path.Combine(Path.GetDirectoryName(path) ?? "", name);
        if (!isWholeModel || !File.Exists(beside) || new FileInfo(beside).Length > MaximumBytes)
        {
            return null;
        }

        using FileByteSource source = new(beside);
        return source.ReadBytes(0, (int)source.Length);
    }
}
