using System.Collections.Immutable;
using ModelPack.Architectures;
using ModelPack.Architectures.Names;
using ModelPack.Formats.Gguf;
using ModelPack.Tensors;
using ModelPack.Tensors.Payloads;

namespace ModelPack.Codec.Tests.Architectures.Names;

/// <summary>A list of tensors with their payloads in memory, and what is asked about its translation.</summary>
internal sealed class SmallList(string architecture)
{
    private readonly List<MetadataEntry> keys = [];
    private readonly List<TensorInfo> tensors = [];
    private readonly List<byte[]> payloads = [];

    public IReadOnlyList<TensorInfo> Tensors => tensors;

    public IReadOnlyList<byte[]> Payloads => payloads;

    public ModelTensor[] Given => ModelTensor.Of(tensors);

    public ModelFacts Facts => ModelFacts.From(architecture, keys);

    public SmallList Key(string name, uint number)
    {
        keys.Add(new MetadataEntry($"{architecture}.{name}", GgufValue.FromUInt32(number)));
        return this;
    }

    public SmallList Keys(IEnumerable<MetadataEntry> entries)
    {
        keys.AddRange(entries);
        return this;
    }

    public SmallList Add(string name, TensorType type, byte[] payload, params long[] shape)
    {
        tensors.Add(new TensorInfo { Name = name, Type = type, Shape = [.. shape], Offset = 0, ByteLength = payload.Length });
        payloads.Add(payload);
        return this;
    }

    /// <summary>A tensor of the right length whose payload nobody looks at.</summary>
    public SmallList AddClaimed(string name, TensorType type, params long[] shape)
    {
        Assert.IsTrue(TensorTypes.Get(type).TryGetPayloadBytes(shape, out long bytes), $"{name} {TensorShape.Format(shape)}");
        tensors.Add(new TensorInfo { Name = name, Type = type, Shape = [.. shape], Offset = 0, ByteLength = bytes });
        payloads.Add([]);
        return this;
    }

    /// <summary>F32 numbers.</summary>
    public SmallList Add(string name, IEnumerable<float> values, params long[] shape) =>
        Add(name, TensorType.F32, [.. values.SelectMany(value => BitConverter.GetBytes(value))], shape);

    /// <summary>I8 numbers 0, 1, 2, …: a payload whose every byte says where it came from.</summary>
    public SmallList AddCounting(string name, params long[] shape) =>
        Add(name, TensorType.I8,
            [.. Enumerable.Range(0, (int)shape.Aggregate((product, dimension) => product * dimension)).Select(number => (byte)number)],
            shape);

    public SmallList AddRandom(Random random, string name, TensorType type, params long[] shape)
    {
        Assert.IsTrue(TensorTypes.Get(type).TryGetPayloadBytes(shape, out long bytes), $"{name} {TensorShape.Format(shape)}");
        byte[] payload = new byte[bytes];
        random.NextBytes(payload);
        return Add(name, type, payload, shape);
    }

    public Translated ToGguf() => Translated.Of(this, tensors => TensorTranslator.ToGguf(tensors, Facts)!);

    public Translated ToHuggingFace() => Translated.Of(this, tensors => TensorTranslator.ToHuggingFace(tensors, Facts)!);

    /// <summary>A translation of the list, carried out.</summary>
    internal sealed class Translated
    {
        private readonly SmallList source;
        private readonly TensorTranslation translation;
        private readonly ImmutableArray<byte[]> payloads;

        public static Translated Of(SmallList source, Func<ModelTensor[], TensorTranslation> translate)
        {
            ModelTensor[] given = source.Given;
            return new(source, given, translate(given));
        }

        private Translated(SmallList source, ModelTensor[] given, TensorTranslation translation)
        {
            this.source = source;
            this.translation = translation;
            Assert.HasCount(source.tensors.Count, translation.Return);
            payloads = [.. translation.Tensors.Select(tensor => NaiveRecipe.Evaluate(tensor.Payload, given, source.payloads))];
            foreach ((ModelTensor tensor, byte[] payload) in translation.Tensors.Zip(payloads))
            {
                Assert.IsTrue(TensorTypes.Get(tensor.Type).TryGetPayloadBytes(tensor.Shape.AsSpan(), out long bytes), tensor.Name);
                Assert.AreEqual(bytes, payload.Length, tensor.Name);
                Assert.AreEqual(bytes, tensor.Payload.Length, tensor.Name);
            }
        }

        public string[] Names => [.. translation.Tensors.Select(tensor => tensor.Name)];

        public ImmutableArray<string> Notes => [.. translation.Notes.Select(note => note.Text)];

        public string[] Unplaced => [.. translation.Unplaced.Select(index => source.tensors[index].Name)];

        /// <summary>The given tensors whose bytes do not come back.</summary>
        public string[] Kept => [.. source.tensors.Where((_, index) => translation.Return[index] is null).Select(tensor => tensor.Name)];

        public ModelTensor this[string name] => translation.Tensors.Single(tensor => tensor.Name == name);

        public byte[] Bytes(string name) => payloads[translation.Tensors.IndexOf(this[name])];

        public float[] Floats(string name) => [.. Bytes(name).Chunk(4).Select(word => BitConverter.ToSingle(word))];

        /// <summary>The translated tensors as a list of their own.</summary>
        public SmallList AsList()
        {
            SmallList list = new SmallList(source.Facts.Architecture).Keys(source.keys);
            foreach ((ModelTensor tensor, byte[] payload) in translation.Tensors.Zip(payloads))
            {
                list.Add(tensor.Name, tensor.Type, payload, [.. tensor.Shape]);
            }

            return list;
        }

        /// <summary>Every tensor but the named ones comes back, each byte of it.</summary>
        public Translated ShouldComeBackExcept(params string[] kept)
        {
            CollectionAssert.AreEquivalent(kept, Kept);
            for (int index = 0; index < source.tensors.Count; index++)
            {
                if (translation.Return[index] is { } recipe)
                {
                    CollectionAssert.AreEqual(
                        source.payloads[index], NaiveRecipe.Evaluate(recipe, translation.Tensors, payloads), source.tensors[index].Name);
                }
            }

            return this;
        }
    }
}
