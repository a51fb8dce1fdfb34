using System.Text.Json;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ModelPack.Interop.Tests.Torch;

#pragma warning disable IDE0065 // TorchSharp's tensor, not the one of the namespace around.
using Tensor = TorchSharp.torch.Tensor;
#pragma warning restore IDE0065

/// <summary>
/// A decoder of the llama family with the numbers of a config.json: Llama, Mistral, Qwen2, Qwen3. TorchSharp takes the names of fields for
/// the names of tensors, so the fields are called as in transformers.
/// </summary>
internal sealed class LlamaModule : Module<Tensor, Tensor>
{
    private readonly Decoder model;
    private readonly Linear? lm_head;

    public LlamaModule(JsonElement config)
        : base(nameof(LlamaModule))
    {
        LlamaConfig sizes = new(config);
        model = new(sizes);
        lm_head = sizes.IsTied ? null : Linear(sizes.Hidden, sizes.Vocabulary, hasBias: false);
        RegisterComponents();
    }

    /// <summary>The logits [batch, position, token] of tokens [batch, position].</summary>
    public override Tensor forward(Tensor tokens) => lm_head is null ? model.Unembed(model.call(tokens)) : lm_head.call(model.call(tokens));

    private sealed class Decoder : Module<Tensor, Tensor>
    {
        private readonly Embedding embed_tokens;
        private readonly ModuleList<Layer> layers;
        private readonly RmsNorm norm;

        public Decoder(LlamaConfig sizes)
            : base(nameof(Decoder))
        {
            embed_tokens = Embedding(sizes.Vocabulary, sizes.Hidden);
            layers = ModuleList([.. Enumerable.Range(0, sizes.Layers).Select(_ => new Layer(sizes))]);
            norm = new(sizes.Hidden, sizes.Epsilon);
            RegisterComponents();
        }

        public override Tensor forward(Tensor tokens) =>
            norm.call(layers.Aggregate(embed_tokens.call(tokens), (x, layer) => layer.call(x)));

        public Tensor Unembed(Tensor x) => functional.linear(x, embed_tokens.weight!);
    }

    private sealed class Layer : Module<Tensor, Tensor>
    {
        private readonly RmsNorm input_layernorm;
        private readonly Attention self_attn;
        private readonly RmsNorm post_attention_layernorm;
        private readonly FeedForward mlp;

        public Layer(LlamaConfig sizes)
            : base(nameof(Layer))
        {
            input_layernorm = new(sizes.Hidden, sizes.Epsilon);
            self_attn = new(sizes);
            post_attention_layernorm = new(sizes.Hidden, sizes.Epsilon);
            mlp = new(sizes);
            RegisterComponents();
        }

        public override Tensor forward(Tensor x)
        {
            x = x + self_attn.call(input_layernorm.call(x));
            return x + mlp.call(post_attention_layernorm.call(x));
        }
    }

    private sealed class Attention : Module<Tensor, Tensor>
    {
        private readonly LlamaConfig sizes;
        private readonly Linear q_proj;
        private readonly Linear k_proj;
        private readonly Linear v_proj;
        private readonly Linear o_proj;
        private readonly RmsNorm? q_norm;
        private readonly RmsNorm? k_norm;

        public Attention(LlamaConfig sizes)
            : base(nameof(Attention))
        {
            this.sizes = sizes;
            q_proj = Linear(sizes.Hidden, sizes.Heads * sizes.HeadLength, sizes.HasBias);
            k_proj = Linear(sizes.Hidden, sizes.KeyValueHeads * sizes.HeadLength, sizes.HasBias);
            v_proj = Linear(sizes.Hidden, sizes.KeyValueHeads * sizes.HeadLength, sizes.HasBias);
            o_proj = Linear(sizes.Heads * sizes.HeadLength, sizes.Hidden, hasBias: false);
            if (sizes.HasHeadNorms)
            {
                q_norm = new(sizes.HeadLength, sizes.Epsilon);
                k_norm = new(sizes.HeadLength, sizes.Epsilon);
            }

            RegisterComponents();
        }

        public override Tensor forward(Tensor x)
        {
            int group = sizes.Heads / sizes.KeyValueHeads;
            Tensor queries = Rotate(SplitHeads(q_proj.call(x), q_norm));
            Tensor keys = Rotate(SplitHeads(k_proj.call(x), k_norm)).repeat_interleave(group, dim: 1);
            Tensor values = SplitHeads(v_proj.call(x), null).repeat_interleave(group, dim: 1);
            Tensor heads = functional.scaled_dot_product_attention(queries, keys, values, is_casual: true);
            return o_proj.call(heads.transpose(1, 2).flatten(2));
        }

        /// <summary>[batch, head, position, value].</summary>
        private Tensor SplitHeads(Tensor x, RmsNorm? norm)
        {
            Tensor heads = x.view(x.shape[0], x.shape[1], -1, sizes.HeadLength);
            return (norm is null ? heads : norm.call(heads)).transpose(1, 2);
        }

        /// <summary>Turns the halves (a, b) of each head into (a cos − b sin, b cos + a sin).</summary>
        private Tensor Rotate(Tensor x)
        {
            Tensor frequencies = pow(sizes.Theta, arange(0, sizes.HeadLength, 2, float64) / -sizes.HeadLength);
            Tensor angles = outer(arange(x.shape[2], float64), frequencies);
            Tensor cosine = angles.cos().to(x.dtype);
            Tensor sine = angles.sin().to(x.dtype);
            Tensor[] halves = x.chunk(2, dim: -1);
            return cat([(halves[0] * cosine) - (halves[1] * sine), (halves[1] * cosine) + (halves[0] * sine)], dim: -1);
        }
    }

    private sealed class FeedForward : Module<Tensor, Tensor>
    {
        private readonly Linear gate_proj;
        private readonly Linear up_proj;
        private readonly Linear down_proj;

        public FeedForward(LlamaConfig sizes)
            : base(nameof(FeedForward))
        {
            gate_proj = Linear(sizes.Hidden, sizes.FeedForward, hasBias: false);
            up_proj = Linear(sizes.Hidden, sizes.FeedForward, hasBias: false);
            down_proj = Linear(sizes.FeedForward, sizes.Hidden, hasBias: false);
            RegisterComponents();
        }

        public override Tensor forward(Tensor x) => down_proj.call(functional.silu(gate_proj.call(x)) * up_proj.call(x));
    }

    /// <summary>w · x / √(mean(x²) + ε).</summary>
    private sealed class RmsNorm : Module<Tensor, Tensor>
    {
        private readonly Parameter weight;
        private readonly double epsilon;

        public RmsNorm(long length, double epsilon)
            : base(nameof(RmsNorm))
        {
            weight = new(ones(length));
            this.epsilon = epsilon;
            RegisterComponents();
        }

        public override Tensor forward(Tensor x) => weight * x * rsqrt(x.square().mean([-1], keepdim: true) + epsilon);
    }
}
