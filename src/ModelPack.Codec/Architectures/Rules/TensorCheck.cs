using System.Globalization;
using ModelPack.Architectures.Names;
using ModelPack.IO.Names;
using ModelPack.Tensors;

namespace ModelPack.Architectures.Rules;

/// <summary>A number of rows or columns and the fields that give it.</summary>
internal readonly record struct Expected(string Because, long Value)
{
    /// <summary>The value of one field.</summary>
    public static Expected Field(string field, long value) => new($"{field} is {value}", value);

    /// <summary>A number of heads times their width.</summary>
    public static Expected Heads(string field, long heads, long width) =>
        new($"{field} {heads} of width {width} give {heads * width}", heads * width);
}

/// <summary>Compares the tensors of a folder with the sizes in its config. Weights of integer types hold something else than one value per
/// item and are not looked at.</summary>
internal sealed class TensorCheck
{
    private readonly ConfigReader draft;
    private readonly string prefix;
    private readonly string embedding;
    private readonly string layers;
    private readonly Dictionary<string, (Expected? Rows, Expected? Columns)> shapes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Expected> vectors = new(StringComparer.Ordinal);
    private (string Prefix, Expected Count)? experts;

    /// <summary>Prepares the comparison.</summary>
    /// <param name="draft">The draft.</param>
    /// <param name="prefix">What all names begin with, unless the folder holds the base class (hf-companions.md §3.1) or has
    /// towers.</param>
    /// <param name="embedding">Name of the embedding matrix behind it.</param>
    /// <param name="layers">What stands before the number of a layer.</param>
    public TensorCheck(ConfigReader draft, string prefix, string embedding, string layers)
    {
        this.draft = draft;
        this.prefix = Array.Find(
            [prefix, "", .. LanguageModels.Prefixes.Select(language => language.Found)],
            other => draft.Folder.FindTensor(other + embedding) is not null) ?? prefix;
        this.embedding = this.prefix + embedding;
        this.layers = this.prefix + layers;
    }

    /// <summary>Expects a shape of a matrix in every layer that has it.</summary>
    public TensorCheck Layer(string suffix, Expected? rows = null, Expected? columns = null)
    {
        shapes[suffix] = (rows, columns);
        return this;
    }

    /// <summary>Expects a length of a vector in every layer that has it.</summary>
    public TensorCheck Vector(string suffix, Expected length)
    {
        vectors[suffix] = length;
        return this;
    }

    /// <summary>Expects the experts of every layer that has some, one tensor for each or all stacked.</summary>
    public TensorCheck Experts(string suffix, Expected count)
    {
        experts = (suffix, count);
        return this;
    }

    /// <summary>Compares a matrix outside the layers, if the folder has it.</summary>
    public TensorCheck Matrix(string name, Expected? rows, Expected? columns)
    {
        if (draft.Folder.FindTensor(prefix + name) is { } tensor)
        {
            Compare(tensor, rows, columns);
        }

        return this;
    }

    /// <summary>Compares everything.</summary>
    /// <param name="layerCount">The layers that the config has.</param>
    /// <param name="furtherLayers">Layers that may follow these, of which GGUF has none.</param>
    /// <param name="hidden">Columns of the embedding matrix.</param>
    /// <param name="vocabulary">Rows of the embedding matrix, if the config says so.</param>
    public void Run(Expected layerCount, long furtherLayers, Expected hidden, Expected? vocabulary)
    {
        if (draft.Obstacles.Count > 0)
        {
            return;
        }

        if (draft.Folder.FindTensor(embedding) is not { } matrix)
        {
            draft.Obstruct($"the tensor {embedding} is missing");
            return;
        }

        Compare(matrix, vocabulary, hidden);
        SortedDictionary<long, HashSet<long>> found = [];
        foreach (TensorInfo tensor in draft.Folder.Tensors)
        {
            if (tensor.Name.StartsWith(layers, StringComparison.Ordinal)
                && TryNumber(tensor.Name.AsSpan(layers.Length), out long layer, out string suffix))
            {
                found.TryAdd(layer, []);
                See(tensor, suffix, found[layer]);
                CompareNorm(tensor, suffix, hidden);
            }
            else if (tensor.Name.StartsWith(prefix, StringComparison.Ordinal))
            {
                CompareNorm(tensor, tensor.Name[prefix.Length..], hidden);
            }
        }

        long last = found.Count == 0 ? -1 : found.Keys.Last();
        if (found.Count != last + 1 || found.Count < layerCount.Value || found.Count > layerCount.Value + furtherLayers)
        {
            throw Error($"{layerCount.Because}, but there are tensors of {found.Count} layers, the last one {last}");
        }

        CheckExperts(found);
    }

    private void See(TensorInfo tensor, string suffix, HashSet<long> indexes)
    {
        if (shapes.TryGetValue(suffix, out (Expected? Rows, Expected? Columns) shape))
        {
            Compare(tensor, shape.Rows, shape.Columns);
        }
        else if (vectors.TryGetValue(suffix, out Expected length))
        {
            CompareLength(tensor, length);
        }
        else if (experts is { } expected && suffix.StartsWith(expected.Prefix, StringComparison.Ordinal))
        {
            if (TryNumber(suffix.AsSpan(expected.Prefix.Length), out long index, out _))
            {
                indexes.Add(index);
            }
            else if (tensor.Shape.Length == 3 && tensor.Shape[0] != expected.Count.Value)
            {
                throw Error($"{expected.Count.Because}, but the tensor {tensor.Name} holds {tensor.Shape[0]} experts");
            }
        }
    }

    // A norm of the layer itself is as long as what passes through it; those of q and k stand one level deeper.
    private void CompareNorm(TensorInfo tensor, string suffix, Expected hidden)
    {
        if (tensor.Shape is [var length] && length != hidden.Value && suffix.Split('.') is [var name, "weight" or "bias"]
            && (name.Contains("norm", StringComparison.Ordinal) || name.StartsWith("ln_", StringComparison.Ordinal)))
        {
            throw Error($"{hidden.Because}, but the tensor {tensor.Name} has {length} values");
        }
    }

    private void CompareLength(TensorInfo tensor, Expected length)
    {
        if (tensor.Shape.Length != 1 || tensor.Shape[0] != length.Value)
        {
            throw Error($"{length.Because}, but the tensor {tensor.Name} has shape {TensorShape.Format(tensor.Shape.AsSpan())}");
        }
    }

    private void CheckExperts(SortedDictionary<long, HashSet<long>> found)
    {
        foreach ((long layer, HashSet<long> indexes) in found)
        {
            if (experts is { } expected && indexes.Count > 0
                && (indexes.Count != expected.Count.Value || indexes.Max() + 1 != indexes.Count))
            {
                throw Error($"{expected.Count.Because}, but layer {layer} has {indexes.Count} experts, the last one {indexes.Max()}");
            }
        }
    }

    private void Compare(TensorInfo tensor, Expected? rows, Expected? columns)
    {
        if (tensor.Type is not (TensorType.F16 or TensorType.BF16 or TensorType.F32 or TensorType.F64))
        {
            return;
        }

        if (tensor.Shape.Length != 2)
        {
            throw Error($"the tensor {tensor.Name} is no matrix, but has shape {TensorShape.Format(tensor.Shape.AsSpan())}");
        }

        if (rows is { } row && row.Value != tensor.Shape[0])
        {
            throw Error($"{row.Because}, but the tensor {tensor.Name} has {tensor.Shape[0]} rows");
        }

        if (columns is { } column && column.Value != tensor.Shape[1])
        {
            throw Error($"{column.Because}, but the tensor {tensor.Name} has {tensor.Shape[1]} columns");
        }
    }

    private Exception Error(string detail) => draft.Config.Contradiction($"{CompanionNames.Config}: {detail}");

    private static bool TryNumber(ReadOnlySpan<char> text, out long number, out string rest)
    {
        int dot = text.IndexOf('.');
        rest = dot < 0 ? "" : text[(dot + 1)..].ToString();
        number = 0;
        return dot > 0 && int.TryParse(text[..dot], NumberStyles.None, CultureInfo.InvariantCulture, out int small)
            && (number = small) >= 0;
    }
}
