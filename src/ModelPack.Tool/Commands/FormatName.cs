using System.CommandLine.Parsing;
using ModelPack.Codec;
using ModelPack.Codec.Diagnostics;
using ModelPack.Tool.Diagnostics;

namespace ModelPack.Tool.Commands;

/// <summary>The formats by name and by file ending.</summary>
internal static class FormatName
{
    public static readonly string[] All = ["gguf", "apr", "safetensors"];

    public static ModelFormat? Find(string name) => name.ToLowerInvariant() switch
    {
        "gguf" => ModelFormat.Gguf,
        "apr" => ModelFormat.Apr,
        "safetensors" => ModelFormat.SafeTensors,
        _ => null,
    };

    /// <summary>The format that the ending of an output's name stands for.</summary>
    public static ModelFormat OfTarget(string path)
    {
        string ending = Path.GetExtension(path);
        string found = ending.Length == 0 ? "has no ending" : $"ends in '{ending}', which is no format";
        return Find(ending.TrimStart('.'))
            ?? throw new ModelPackException(ToolErrors.UnknownEnding, $"the name of the output {found}") { FilePath = path };
    }

    /// <summary>Parses <c>apr,safetensors</c>.</summary>
    public static ModelFormat[] ParseChain(ArgumentResult result)
    {
        List<ModelFormat> chain = [];
        foreach (string word in result.Tokens.SelectMany(token => token.Value.Split(',')))
        {
            if (Find(word) is ModelFormat format)
            {
                chain.Add(format);
            }
            else
            {
                result.AddError($"'{word}' is no format; write gguf, apr or safetensors, separated by commas.");
            }
        }

        return [.. chain];
    }
}
