using System.Text;
using System.Text.Json.Nodes;
using ModelPack.Architectures.Families;
using ModelPack.Architectures.Rules;
using ModelPack.Formats;
using ModelPack.Formats.Gguf;

namespace ModelPack.Codec.Tests.Architectures.Rules;

/// <summary>A folder with a config and the names and shapes of tensors.</summary>
internal sealed class SmallFolder
{
    private readonly Dictionary<string, byte[]> files = [];
    private readonly List<TensorInfo> tensors = [];
    private readonly JsonObject config;

    private SmallFolder(string json) => config = JsonNode.Parse(json)!.AsObject();

    public static SmallFolder With(string config) => new(config);

    /// <summary>A llama of two layers: hidden size 64, 4 heads, 2 key heads, 96 rows of embedding.</summary>
    public static SmallFolder Llama() => With("""
        {
          "model_type": "llama", "hidden_size": 64, "intermediate_size": 160, "max_position_embeddings": 2048, "num_attention_heads": 4, "num_hidden_layers": 2,
          "num_key_value_heads": 2, "rms_norm_eps": 1e-05, "vocab_size": 96, "tie_word_embeddings": true
        }
        """).Tensor("model.embed_tokens.weight", 96, 64).Layers(2, "model.layers.", ("self_attn.q_proj.weight", 64, 64), ("self_attn.k_proj.weight", 32, 64),
            ("self_attn.v_proj.weight", 32, 64), ("self_attn.o_proj.weight", 64, 64), ("mlp.gate_proj.weight", 160, 64),
            ("mlp.up_proj.weight", 160, 64), ("mlp.down_proj.weight", 64, 160));

    public SmallFolder Set(string field, JsonNode? value)
    {
        config[field] = value;
        return this;
    }

    public SmallFolder Without(string field)
    {
        Assert.IsTrue(config.Remove(field), field);
        return this;
    }

    public SmallFolder File(string name, string text)
    {
        files[name] = Encoding.UTF8.GetBytes(text);
        return this;
    }

    public SmallFolder Tensor(string name, params long[] shape) => Tensor(TensorType.F16, name, shape);

    public SmallFolder Tensor(TensorType type, string name, params long[] shape)
    {
        tensors.Add(new() { Name = name, Type = type, Shape = [.. shape], Offset = 0, ByteLength = 0 });
        return this;
    }

    public SmallFolder Layers(int count, string prefix, params (string Name, long Rows, long Columns)[] matrices)
    {
        for (int layer = 0; layer < count; layer++)
        {
            foreach ((string name, long rows, long columns) in matrices)
            {
                Tensor($"{prefix}{layer}.{name}", rows, columns);
            }
        }

        return this;
    }

    public SmallFolder WithoutTensor(string name)
    {
        Assert.AreEqual(1, tensors.RemoveAll(tensor => tensor.Name == name), name);
        return this;
    }

    public DerivedGguf Derive()
    {
        Dictionary<string, byte[]> all = new(files);
        all.TryAdd("config.json", Encoding.UTF8.GetBytes(config.ToJsonString()));
        DerivedGguf derived = ConfigToGguf.Derive(new("folder", [.. all.Select(file => new Companion(file.Key, file.Value))], tensors));
        NoteRankTable.Check(derived.Ranked);
        return derived;
    }

    public void AssertRefused(ErrorCode code, string message)
    {
        ModelPackException error = Assert.ThrowsExactly<ModelPackException>(() => Derive());
        Assert.AreEqual(message, error.Detail);
        Assert.AreEqual(code, error.Code);
        Assert.AreEqual("folder", error.FilePath);
    }

    public void AssertNotExpressed(string note)
    {
        DerivedGguf derived = Derive();
        Assert.IsNull(derived.Architecture);
        Assert.IsEmpty(derived.Entries);
        Assert.Contains(note, derived.Notes, string.Join(Environment.NewLine, derived.Notes));
    }
}

/// <summary>Looks into derived keys.</summary>
internal static class DerivedKeys
{
    /// <summary>Each key with the type and the value, one a line.</summary>
    public static string Show(this DerivedGguf derived) => string.Join('\n', derived.Entries.Select(Show));

    public static string Show(MetadataEntry entry) => $"{entry.Key} {entry.Value.TypeName} {entry.Value.Display()}";

    public static void AssertKeys(this DerivedGguf derived, string expected)
    {
        Assert.IsNotNull(derived.Architecture, string.Join(Environment.NewLine, derived.Notes));
        Assert.AreEqual(expected.ReplaceLineEndings("\n"), derived.Show());
    }

    public static GgufValue? Find(this DerivedGguf derived, string key) =>
        (GgufValue?)derived.Entries.SingleOrDefault(entry => entry.Key == key)?.Value;
}
