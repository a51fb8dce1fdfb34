using ModelPack.Formats.Gguf;

namespace ModelPack.Interop.Tests.Models;

/// <summary>
/// A small model with random weights, in three views that are written independently of the converter: as Hugging Face has it, as llama.cpp
/// has it, and as a computation of the logits straight from the weights of the first view.
/// </summary>
internal abstract class TinyModel
{
    private readonly Lazy<Dictionary<string, ModelTensor>> tensors;

    protected TinyModel(string label, TensorType type, TinyTokenizer tokenizer)
    {
        (Label, Type, Tokenizer) = (label, type, tokenizer);
        tensors = new(() =>
        {
            WeightMaker make = new(label, type);
            Define(make);
            return make.Tensors.ToDictionary(tensor => tensor.Name);
        });
    }

    public string Label { get; }

    /// <summary>The type of the tensors in the folder.</summary>
    public TensorType Type { get; }

    public TinyTokenizer Tokenizer { get; }

    /// <summary>The tensors with the names of the folder.</summary>
    public IEnumerable<ModelTensor> Tensors => tensors.Value.Values;

    /// <summary>The name of the architecture in GGUF.</summary>
    public abstract string Architecture { get; }

    /// <summary>The class in transformers, and its model_type.</summary>
    public abstract (string Class, string ModelType) Names { get; }

    /// <summary>How far the logits of llama.cpp may be off, as a part of the largest one.</summary>
    public virtual double Tolerance => Type == TensorType.BF16 ? Tolerances.Bfloat16 : Tolerances.Single;

    public virtual int Layers => 2;

    public virtual int Hidden => 64;

    public virtual int Heads => 4;

    public virtual int KeyValueHeads => 2;

    public virtual int HeadLength => Hidden / Heads;

    public virtual int FeedForward => 96;

    public virtual int Context => 128;

    /// <summary>What APR calls the rotation of the folder's rows: 2 for halves of a head, 0 for neighbours, null for none (apr-v2.md
    /// §12.5).</summary>
    public virtual string? Rotation => "2";

    public override string ToString() => Label;

    /// <summary>The fields of config.json that are not common to all, as JSON text.</summary>
    public abstract IReadOnlyDictionary<string, string> Config();

    /// <summary>The GGUF metadata of the architecture.</summary>
    public abstract IEnumerable<MetadataEntry> NativeParameters();

    /// <summary>The tensors with the names and the layout that llama.cpp expects.</summary>
    public abstract IEnumerable<ModelTensor> NativeTensors();

    /// <summary>True if the result is an embedding of the whole text, instead of logits.</summary>
    public virtual bool IsEncoder => false;

    /// <summary>Files of the folder that most models have no equal of, and their text.</summary>
    public virtual IEnumerable<(string Name, string Text)> FurtherFiles => [];

    /// <summary>The logits behind the last token, or the embedding.</summary>
    public double[] Result(IReadOnlyList<int> tokens)
    {
        double[][] x = Embed(tokens);
        for (int layer = 0; layer < Layers; layer++)
        {
            x = Layer(layer, x);
        }

        return Head(Pool(x));
    }

    protected abstract void Define(WeightMaker make);

    protected abstract double[][] Embed(IReadOnlyList<int> tokens);

    protected abstract double[][] Layer(int layer, double[][] x);

    /// <summary>Pieces of tensor names, Hugging Face's and GGUF's, in the order in which they are replaced.</summary>
    protected abstract (string Theirs, string Native)[] NamePieces { get; }

    public string NativeName(string name) =>
        NamePieces.Aggregate(name, (text, piece) => text.Replace(piece.Theirs, piece.Native, StringComparison.Ordinal));

    /// <summary>What one vector is made of all positions.</summary>
    protected virtual double[] Pool(double[][] x) => x[^1];

    protected abstract double[] Head(double[] x);

    protected static MetadataEntry Entry(string key, uint number) => new(key, GgufValue.FromUInt32(number));

    protected static MetadataEntry Entry(string key, int number) => new(key, GgufValue.FromUInt32((uint)number));

    protected static MetadataEntry Entry(string key, float number) => new(key, GgufValue.FromFloat32(number));

    /// <summary>Applies a function to the vector of each position.</summary>
    protected static double[][] Each(double[][] x, Func<double[], double[]> function) => [.. x.Select(function)];

    protected static double[][] Add(double[][] left, double[][] right) => [.. left.Zip(right, Arithmetic.Add)];

    protected ModelTensor Weight(string name) => tensors.Value[name];

    protected ModelTensor? Find(string name) => tensors.Value.GetValueOrDefault(name);

    /// <summary>One row of a matrix, or a vector as a whole.</summary>
    protected double[] Row(string name, int row = -1)
    {
        ModelTensor tensor = Weight(name);
        float[] values = row < 0 ? tensor.Values : tensor.Values[(row * tensor.RowLength)..((row + 1) * tensor.RowLength)];
        return [.. values.Select(value => (double)value)];
    }

    protected double[] Linear(string name, double[] x) => Arithmetic.Linear(Weight(name + ".weight"), Find(name + ".bias"), x);

    protected double[] LayerNorm(string name, double[] x, double epsilon) =>
        Arithmetic.LayerNorm(x, Weight(name + ".weight"), Weight(name + ".bias"), epsilon);

    /// <summary>down(act(gate(x)) · up(x)).</summary>
    protected double[] GatedFeedForward(string gate, string up, string down, Func<double, double> activation, double[] x) =>
        Linear(down, Arithmetic.Multiply([.. Linear(gate, x).Select(activation)], Linear(up, x)));

    /// <summary>down(act(up(x))).</summary>
    protected double[] PlainFeedForward(string up, string down, Func<double, double> activation, double[] x) =>
        Linear(down, [.. Linear(up, x).Select(activation)]);
}
