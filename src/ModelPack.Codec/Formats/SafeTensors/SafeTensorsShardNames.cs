using ModelPack.IO.Names;

namespace ModelPack.Formats.SafeTensors;

/// <summary>Shards by their names, which count like the parts of a split GGUF: <c>model-00001-of-00003.safetensors</c>.</summary>
internal static class SafeTensorsShardNames
{
    /// <summary>True for the name of one of several shards.</summary>
    public static bool IsShard(string name) =>
        name.EndsWith(SafeTensorsFormat.Extension, StringComparison.OrdinalIgnoreCase)
        && ShardName.TryParse(name, out _, out _, out int count) && count > 1;

    /// <summary>True if the files are all shards of one model, and none is missing: an index would say no more of which files they
    /// are.</summary>
    public static bool AreComplete(IReadOnlyCollection<string> paths)
    {
        HashSet<(string Prefix, int Count)> models = [];
        HashSet<int> numbers = [];
        foreach (string path in paths)
        {
            string name = Path.GetFileName(path);
            if (!IsShard(name) || !ShardName.TryParse(name, out string prefix, out int number, out int count) || number < 1
                || number > count || !numbers.Add(number))
            {
                return false;
            }

            models.Add((prefix, count));
        }

        return models.Count == 1 && models.First().Count == numbers.Count;
    }
}
