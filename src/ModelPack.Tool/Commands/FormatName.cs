using System.CommandLine.Parsing;
using ModelPack.Formats;
using ModelPack.Tool.Diagnostics;

namespace ModelPack.Tool.Commands;

/// <summary>The formats by name and by file ending.</summary>
internal static class FormatName
{
    public static readonly string[] All = [ModelFormat.Gguf.Extension(), ModelFormat.Apr.Extension(), ModelFormat.SafeTensors.Extension()];

    /// <summary>The format that the ending of an output's name stands for.</summary>
    public static ModelFormat OfTarget(string path)
    {
        string ending = Path.GetExtension(path);
        string found = ending.Length == 0 ? "has no ending" : $"ends in '{ending}', which is no format";
        return ModelFormatNames.TryParse(ending, out ModelFormat format)
            ? format
            : throw new ModelPackException(ToolErrors.UnknownEnding, $"the name of the output {found}") { FilePath = path };
    }

    /// <summary>The format that <c>--to</c> names; the parser has checked the word.</summary>
    public static ModelFormat Named(string name) =>
        ModelFormatNames.TryParse(name, out ModelFormat format) ? format : throw new ArgumentOutOfRangeException(nameof(name));

    /// <summary>Parses <c>apr,safetensors</c>.</summary>
    public static ModelFormat[] ParseChain(ArgumentResult result)
    {
        List<ModelFormat> chain = [];
        foreach (string word in result.Tokens.SelectMany(token => token.Value.Split(',')))
        {
            if (ModelFormatNames.TryParse(word, out ModelFormat format))
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
