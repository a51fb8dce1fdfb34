using ModelPack.Formats;
using ModelPack.Models;

namespace ModelPack.Qa.Gates;

/// <summary>The outputs of a run, each chain of conversions made once.</summary>
internal sealed class QaWorkspace(string source, string folder, ModelConversion convert, CancellationToken cancellation)
{
    private readonly Dictionary<string, QaModel> made = new(StringComparer.Ordinal);
    private readonly Lazy<(ModelFormat Format, bool IsSet)> origin = new(() => Origin(source));

    public CancellationToken Cancellation => cancellation;

    public string Source => source;

    public ModelFormat SourceFormat => origin.Value.Format;

    /// <summary>A chain as the gates write it: <c>G-A-S-G</c> begins with the model in GGUF, converted from the source if that has another
    /// format. A word behind a <c>+</c> asks for another run of the last conversion.</summary>
    public QaModel Get(string chain)
    {
        if (made.TryGetValue(chain, out QaModel? known))
        {
            return known;
        }

        string plain = chain.Split('+')[0];
        ModelFormat last = FormatOf(plain[^1]);
        if (plain.Length == 1 && last == SourceFormat)
        {
            return made[chain] = new(source, last, null);
        }

        string before = plain.Length == 1 ? $"{Letter(SourceFormat)}" : plain[..^2];
        QaModel from = Get(before);
        string place = Path.Combine(folder, plain.Length == 1 ? $"base-{chain}" : chain);
        Directory.CreateDirectory(place);
        bool isFolder = last == ModelFormat.SafeTensors || (last == SourceFormat && origin.Value.IsSet);
        string target = isFolder
            ? Path.Combine(place, "model") + Path.DirectorySeparatorChar
            : Path.Combine(place, $"model.{last.Extension()}");
        return made[chain] = new(target, last, convert(from.Path, target, last, cancellation));
    }

    public static char Letter(ModelFormat format) => format switch { ModelFormat.Gguf => 'G', ModelFormat.Apr => 'A', _ => 'S' };

    private static ModelFormat FormatOf(char letter) => letter switch
    {
        'G' => ModelFormat.Gguf, 'A' => ModelFormat.Apr, _ => ModelFormat.SafeTensors,
    };

    private static (ModelFormat, bool) Origin(string path)
    {
        using ModelFile file = ModelFiles.Open(path);
        return (file.Format, file.AllMembers.Count(member => !member.IsSideFile) > 1);
    }
}
