using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.Json;

namespace ModelPack.Architectures.Names;

/// <summary>
/// The tensors and hyperparameters without which the programs of an architecture do not load a model. What a program computes, or takes
/// from another tensor, is not among them: the head of a model whose embedding is its head, biases that a class may lack.
/// </summary>
internal sealed class RequiredTensors
{
    private const string Bias = ".bias";
    private const string Heads = "attn_q+attn_k+attn_v|attn_qkv";
    private const string Gated = "ffn_gate+ffn_up+ffn_down";
    private const string Experts = "ffn_gate_inp+ffn_gate_exps+ffn_up_exps+ffn_down_exps";
    private const string OldExperts = "ffn_gate_inp+ffn_gate.0+ffn_up.0+ffn_down.0";
    private const string Sizes = "block_count context_length embedding_length feed_forward_length attention.head_count";
    private const string RmsNorm = $"{Sizes} attention.layer_norm_rms_epsilon";
    private const string LayerNorm = $"{Sizes} attention.layer_norm_epsilon";
    private const string ExpertCounts = "expert_count expert_used_count";
    private const string Outside = "token_embd output_norm";
    private const string Biased = "token_embd output_norm output_norm.bias";
    private const string QueryKeyValue = "attn_q attn_k attn_v";
    private const string LlamaBiases = $"{QueryKeyValue} attn_output ffn_gate ffn_up ffn_down";
    private const string Llama = $"attn_norm {Heads} attn_output ffn_norm";
    private const string Gpt =
        "attn_norm attn_norm.bias attn_qkv attn_qkv.bias attn_output attn_output.bias ffn_norm ffn_norm.bias ffn_up ffn_up.bias ffn_down "
            + "ffn_down.bias";
    private const string Encoder =
        "attn_output attn_output_norm attn_output_norm.bias ffn_up ffn_down layer_output_norm layer_output_norm.bias";

    private static readonly FrozenDictionary<string, RequiredTensors> All = new Dictionary<string, RequiredTensors>
    {
        ["llama"] = new(RmsNorm, Outside, $"{Llama} {Gated}|{Experts}|{OldExperts}", LlamaBiases),
        ["granite"] = new($"{RmsNorm} logit_scale", Outside, $"{Llama} {Gated}", LlamaBiases),
        ["qwen2"] = new(RmsNorm, Outside, $"{Llama} {Gated}", QueryKeyValue),
        ["qwen2moe"] = new(
            $"{RmsNorm} {ExpertCounts}", Outside, $"{Llama} {Experts} ffn_gate_inp_shexp ffn_gate_shexp ffn_up_shexp ffn_down_shexp",
            QueryKeyValue),
        ["qwen3"] = new(RmsNorm, Outside, $"{Llama} attn_q_norm attn_k_norm {Gated}", QueryKeyValue),
        ["qwen3moe"] = new($"{RmsNorm} {ExpertCounts}", Outside, $"{Llama} attn_q_norm attn_k_norm {Experts}", QueryKeyValue),
        ["gemma"] = new(RmsNorm, Outside, $"{Llama} {Gated}", QueryKeyValue),
        ["gemma2"] = new(RmsNorm, Outside, $"{Llama} post_attention_norm {Gated} post_ffw_norm", QueryKeyValue),
        ["phi2"] = new(
            LayerNorm, $"{Biased} output output.bias",
            "attn_norm attn_norm.bias attn_q+attn_q.bias+attn_k+attn_k.bias+attn_v+attn_v.bias|attn_qkv attn_output attn_output.bias "
                + "ffn_up ffn_up.bias ffn_down ffn_down.bias"),
        ["phi3"] = new(RmsNorm, Outside, $"{Llama} ffn_up+ffn_down", "attn_qkv"),
        ["stablelm"] = new(
            LayerNorm, $"{Biased} output", $"attn_norm attn_norm.bias {Heads} attn_output {Gated}", $"{QueryKeyValue} ffn_norm"),
        ["gpt2"] = new(LayerNorm, $"{Biased} position_embd", Gpt),
        ["starcoder"] = new(LayerNorm, $"{Biased} position_embd", Gpt),
        ["starcoder2"] = new(
            LayerNorm, Biased,
            $"attn_norm attn_norm.bias {Heads} attn_output attn_output.bias ffn_norm ffn_norm.bias ffn_up ffn_up.bias ffn_down "
                + $"ffn_down.bias", QueryKeyValue),
        ["gptneox"] = new(LayerNorm, $"{Biased} output", Gpt),
        ["falcon"] = new(LayerNorm, Biased, "attn_norm attn_norm.bias attn_qkv attn_output ffn_up ffn_down", "attn_norm_2"),
        ["olmo2"] = new(
            RmsNorm, Outside, $"{Heads} attn_q_norm attn_k_norm attn_output post_attention_norm {Gated} post_ffw_norm",
            QueryKeyValue),
        ["nomic-bert"] = new(LayerNorm, "token_embd token_types token_embd_norm token_embd_norm.bias", $"{Heads} {Encoder} ffn_gate",
            "attn_qkv attn_output"),
    }.Concat(FamilyFile.All.Concat(FamilyFile.Towers).Select(Of)).ToFrozenDictionary(StringComparer.Ordinal);

    private readonly ImmutableArray<ImmutableArray<ImmutableArray<TensorComponent>>> outside;
    private readonly ImmutableArray<ImmutableArray<ImmutableArray<TensorComponent>>> layer;
    private readonly ImmutableArray<ImmutableArray<ImmutableArray<TensorComponent>>> first;
    private readonly ImmutableArray<ImmutableArray<ImmutableArray<TensorComponent>>> later;
    private readonly ImmutableArray<ImmutableArray<ImmutableArray<TensorComponent>>> decoder;
    private readonly ImmutableArray<ImmutableArray<(TensorComponent Beside, TensorComponent Part)>> together;

    private RequiredTensors(
        string keys, string outside, string layer, string biases = "", string first = "", string later = "", string decoder = "",
        string together = "")
    {
        Keys = [.. keys.Split(' ', StringSplitOptions.RemoveEmptyEntries)];
        this.outside = Parse(outside);
        this.layer = Parse(layer);
        this.first = Parse(first);
        this.later = Parse(later);
        this.decoder = Parse(decoder);
        this.together =
        [
            .. Together(biases.Split(' ', StringSplitOptions.RemoveEmptyEntries)
                .Select(bias => ((string, string)[])[(bias, bias + Bias)])),
            .. Together(together.Split(' ', StringSplitOptions.RemoveEmptyEntries)
                .Select(group => group.Split('+').Select(part => part.Split(':')).Select(pair => (pair[0], pair[1])))),
        ];
        Biases =
        [
            .. biases.Split(' ', StringSplitOptions.RemoveEmptyEntries),
            .. $"{outside} {layer}".Split(' ', '|', '+').Where(part => part.EndsWith(Bias, StringComparison.Ordinal))
                .Select(part => part[..^Bias.Length]),
        ];
    }

    /// <summary>Keys behind the architecture's name.</summary>
    public ImmutableArray<string> Keys { get; }

    /// <summary>Components that may have a bias: programs add those, and no others.</summary>
    public ImmutableArray<string> Biases { get; }

    /// <summary>What an architecture needs; null if it is not known.</summary>
    public static RequiredTensors? For(string architecture) => All.GetValueOrDefault(architecture);

    /// <summary>What a model class always has beside what its architecture needs.</summary>
    public static RequiredTensors OfClass(JsonElement needs) =>
        new("", Need(needs, "outside"), Need(needs, "layer"), together: Need(needs, "together"));

    /// <summary>Names the tensors that are missing: of several ways to hold a part, the first one's.</summary>
    /// <param name="layers">Number of layers.</param>
    /// <param name="exists">Whether the model has a component in a layer; -1 stands for outside the layers.</param>
    /// <param name="name">What it would be called there.</param>
    public IEnumerable<string> Missing(int layers, Func<TensorComponent, int, bool> exists, Func<TensorComponent, int, string> name)
    {
        int decoders = Decoders(layers, exists);
        for (int i = -1; i < layers; i++)
        {
            foreach (ImmutableArray<ImmutableArray<TensorComponent>> alternatives in
                i < 0 ? outside : [.. layer, .. i == 0 ? first : later, .. i < decoders ? decoder : []])
            {
                if (alternatives.Any(parts => parts.All(part => exists(part, i))))
                {
                    continue;
                }

                // The way that the model took, as far as it goes.
                ImmutableArray<TensorComponent> taken = alternatives.MaxBy(parts => parts.Count(part => exists(part, i)));
                foreach (TensorComponent part in taken.Where(part => !exists(part, i)))
                {
                    yield return name(part, i);
                }
            }
        }

        // Every layer was seen to have tensors, so that their number is no file's word alone.
        foreach (ImmutableArray<(TensorComponent Beside, TensorComponent Part)> group in together)
        {
            if (Enumerable.Range(0, layers).Any(i => group.Any(pair => exists(pair.Part, i))))
            {
                foreach ((int i, TensorComponent part) in Enumerable.Range(0, layers).SelectMany(
                    i => group.Where(pair => exists(pair.Beside, i) && !exists(pair.Part, i)).Select(pair => (i, pair.Part))))
                {
                    yield return name(part, i);
                }
            }
        }
    }

    // A decoder may have fewer layers than the encoder, whose number is the one that is known; it has one at least.
    private int Decoders(int layers, Func<TensorComponent, int, bool> exists)
    {
        int decoders = decoder.IsEmpty ? 0 : layers;
        while (decoders > 1 && !decoder.Any(alternatives => alternatives.Any(parts => parts.Any(part => exists(part, decoders - 1)))))
        {
            decoders--;
        }

        return decoders;
    }

    private static KeyValuePair<string, RequiredTensors> Of(FamilyFile file)
    {
        JsonElement needs = file.Root.GetProperty("needs");
        return KeyValuePair.Create(
            file.Architecture,
            new RequiredTensors(
                file.Keys, Need(needs, "outside"), Need(needs, "layer"), Need(file.Root, "biases"), Need(needs, "first"),
                Need(needs, "later"), Need(needs, "decoder"), Need(needs, "together")));
    }

    private static string Need(JsonElement owner, string name) =>
        owner.TryGetProperty(name, out JsonElement need) ? need.GetString()! : "";

    // Components that a class has in every layer or in none, each where the layer has the component that it stands beside.
    private static IEnumerable<ImmutableArray<(TensorComponent Beside, TensorComponent Part)>> Together(
        IEnumerable<IEnumerable<(string Beside, string Part)>> groups) =>
        groups.Select(group => group.Select(pair => (new TensorComponent(pair.Beside), new TensorComponent(pair.Part))).ToImmutableArray());

    // A space between needs, a bar between alternatives, a plus between the parts of one.
    private static ImmutableArray<ImmutableArray<ImmutableArray<TensorComponent>>> Parse(string needs) =>
        [.. needs.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(need => need.Split('|').Select(way => way.Split('+').Select(part => new TensorComponent(part)).ToImmutableArray())
                .ToImmutableArray())];
}
