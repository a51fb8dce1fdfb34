using System.Text.Json.Nodes;

namespace ModelPack.Interop.Tests.Models;

/// <summary>The tokenizer of a small model, as a folder has it and as GGUF has it.</summary>
internal abstract class TinyTokenizer
{
    /// <summary>The class in transformers.</summary>
    public required string Class { get; init; }

    public string? Bos { get; init; }

    public string? Eos { get; init; }

    public string? Pad { get; init; }

    public bool CleansUp { get; init; }

    public abstract string[] Special { get; }

    public abstract int VocabularySize { get; }

    /// <summary>What special tokens are for, in the words of tokenizer_config.json.</summary>
    public virtual IEnumerable<(string Role, string Token)> Roles =>
        from role in ((string Name, string? Token)[])[("bos", Bos), ("eos", Eos), ("pad", Pad)]
        where role.Token is not null
        select (role.Name, role.Token);

    public abstract int Id(string token);

    /// <summary>The tokens of a text, with special tokens in it.</summary>
    public abstract int[] Encode(string text);

    /// <summary>The GGUF metadata of the tokenizer.</summary>
    public abstract IEnumerable<MetadataEntry> Native();

    /// <summary>tokenizer.json.</summary>
    public abstract JsonObject Json();

    public JsonObject AddedToken(string token) => new()
    {
        ["id"] = Id(token),
        ["content"] = token,
        ["single_word"] = false,
        ["lstrip"] = false,
        ["rstrip"] = false,
        ["normalized"] = false,
        ["special"] = true,
    };
}
