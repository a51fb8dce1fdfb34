using System.Text;
using CsCheck;
using ModelPack.IO.Names;

namespace ModelPack.Codec.Tests.Conversion.Models;

/// <summary>Companions of a folder, by their names: beside the model and in sub-folders, with any bytes.</summary>
internal static class CompanionGen
{
    private static readonly Gen<string> Folder = Gen.OneOf(
        "1_Pooling", "additional_chat_templates", "a", "a b", "A", "a.json", "ünï 名前", "🦙", "z", "-", "~", "0");

    private static readonly Gen<string> File = Gen.OneOf(
        "config.json", "modules.json", "README.md", "LICENSE", "x.jinja", "merges.txt", ".gitattributes", "a.json", "Ü.py",
        "tokenizer.model", "ü.JSON");

    // Sorts before and after '/': the order of files is that of whole names. In the model's own folder two names are not for any bytes:
    // they describe its tensors.
    private static readonly Gen<string> Name =
        from folders in Gen.Frequency(
            (2, Folder.Array[0]), (3, Folder.Array[1]), (2, Folder.Array[2, 4]), (1, Folder.Array[MemberName.MaximumDepth]))
        from file in folders.Length == 0 ? File.Where(name => name is not ("config.json" or "tokenizer.model")) : File
        select string.Join('/', folders.Append(file));

    // What begins like a pickle or an ONNX graph is refused where a companion is read (MP1313, MP1314).
    private static readonly Gen<byte[]> Content = Gen.OneOf(
        Gen.Byte.Array[0, 40].Where(bytes => bytes is not ([0x80, >= 2 and <= 5, ..] or [0x08, < 64, 0x12 or 0x1A or 0x22 or 0x3A, ..])),
        Gen.OneOf("", "{}", "[1, 2]", "{\"half\": ", "null", "\uFEFF{}").Select(Encoding.UTF8.GetBytes));

    public static readonly Gen<Dictionary<string, byte[]>> Companions = Gen.Select(Name, Content).Array[1, 8].Select(files =>
    {
        Dictionary<string, byte[]> companions = new(StringComparer.Ordinal);
        foreach ((string name, byte[] bytes) in files)
        {
            // No name is both a file and a folder.
            bool clashes = companions.Keys.Any(
                other => other.StartsWith(name + "/", StringComparison.Ordinal) || name.StartsWith(other + "/", StringComparison.Ordinal));
            if (!clashes)
            {
                companions[name] = bytes;
            }
        }

        return companions;
    });
}
