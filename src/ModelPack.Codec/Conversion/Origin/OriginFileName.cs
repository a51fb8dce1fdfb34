using System.Buffers;

namespace ModelPack.Codec.Conversion.Origin;

/// <summary>Names of files in an origin record: bare ones, that mean the same on every system and lead nowhere.</summary>
internal static class OriginFileName
{
    private static readonly SearchValues<char> Separators = SearchValues.Create("/\\:\0");

    public static bool IsBare(string name) => name.Length > 0 && name is not ("." or "..") && name.AsSpan().IndexOfAny(Separators) < 0;

    /// <summary>The name as a record holds it: what another system would take for a path is replaced.</summary>
    public static string From(string name)
    {
        string bare = string.Create(name.Length, name, static (characters, original) =>
        {
            for (int i = 0; i < characters.Length; i++)
            {
                characters[i] = Separators.Contains(original[i]) ? '_' : original[i];
            }
        });
        return IsBare(bare) ? bare : "model";
    }
}
