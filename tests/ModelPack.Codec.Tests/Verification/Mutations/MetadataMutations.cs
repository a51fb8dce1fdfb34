using System.Text.Json;
using ModelPack.Codec.Tests.Verification.Models;
using ModelPack.Formats.Gguf;
using ModelPack.Validation;

namespace ModelPack.Codec.Tests.Verification.Mutations;

/// <summary>Metadata that changes while tensors stay.</summary>
internal static class MetadataMutations
{
    private const string Tokens = "tokenizer.ggml.tokens";
    private const string AprTokens = "tokenizer.vocabulary";
    private const string Merges = "tokenizer.ggml.merges";
    private const string AprMerges = "tokenizer.merges";
    private const string Template = "tokenizer.chat_template";
    private const string AprTemplate = "chat_template";

    private static readonly ModelFormat[] Gguf = [ModelFormat.Gguf];
    private static readonly ModelFormat[] Apr = [ModelFormat.Apr];
    private static readonly ModelFormat[] WithTokenizer = [ModelFormat.Gguf, ModelFormat.Apr];

    public static IEnumerable<Mutation> All => Generic.Concat(Tokenizer).Concat(Hyperparameters)
        .Select(mutation => mutation with { Level = ProofLevel.L2, Kind = DifferenceKind.Metadata });

    private static IEnumerable<Mutation> Generic =>
    [
        new("a value changed", model => model.SetText(Name(model), "Tinz")) { Place = Name },
        new("a trailing space in a value", model => model.SetText(Name(model), "Tiny ")) { Place = Name },
        new("a key dropped", model => model.RemoveKey(Name(model))) { Place = Name },
        new("a key added", model => model.SetText("zzz.added", "x")) { Place = _ => "zzz.added" },
        new("an empty key-value added", model => model.SetText("zzz.empty", "")) { Place = _ => "zzz.empty" },
        new("a key renamed", model => model.RenameKey(Name(model), "renamed")) { Place = Name },
        new("keys in another order", model => model.SwapKeys(0, 1)) { Place = model => model.KeyAt(0) },
        new("a number of another type with the same bytes", model => Set(model, "qwen2.context_length", GgufValue.FromInt32(512)))
        {
            Place = _ => "qwen2.context_length",
            Formats = Gguf,
        },
        new("a number in another width", model => Set(model, "qwen2.context_length", GgufValue.FromUInt64(512)))
        {
            Place = _ => "qwen2.context_length",
            Formats = Gguf,
        },
        new("one bit of an epsilon",
            model => Set(
                model, "qwen2.attention.layer_norm_rms_epsilon", GgufValue.FromFloat32Bits(BitConverter.SingleToUInt32Bits(1e-6f) ^ 1)))
        {
            Place = _ => "qwen2.attention.layer_norm_rms_epsilon", Formats = Gguf,
        },
        new("a number turned into a text", model => Json(model, "custom", "\"1\"")) { Place = _ => "custom", Formats = Apr },
        new("a number spelled otherwise", model => Json(model, "rope_theta", "1e4")) { Place = _ => "rope_theta", Formats = Apr },
        new("an alignment key that moves nothing", model => Set(model, "general.alignment", GgufValue.FromUInt32(32)))
        {
            Place = _ => "general.alignment",
            Formats = Gguf,
        },
        new("another alignment", model => Align(model, 64)) { Place = _ => "general.alignment", Formats = Gguf },
    ];

    private static IEnumerable<Mutation> Tokenizer =>
    [
        new("a merge rule edited", model => EditList(model, Merges, AprMerges, list => list[3] = "d g"))
        {
            Place = Mutation.Key(Merges, AprMerges, ""), Formats = WithTokenizer, Finding = ValidationErrors.Merge,
        },
        new("two merge rules swapped", model => EditList(model, Merges, AprMerges, list => (list[0], list[1]) = (list[1], list[0])))
        {
            Place = Mutation.Key(Merges, AprMerges, ""), Formats = WithTokenizer,
        },
        new("two tokens swapped", model => EditList(model, Tokens, AprTokens, list => (list[0], list[25]) = (list[25], list[0])))
        {
            Place = Mutation.Key(Tokens, AprTokens, ""), Formats = WithTokenizer,
        },
        new("a token edited", model => EditList(model, Tokens, AprTokens, list => list[30] = "zz"))
        {
            Place = Mutation.Key(Tokens, AprTokens, ""), Formats = WithTokenizer, Finding = ValidationErrors.Merge,
                FindingPlace = Mutation.Key(Merges, AprMerges, ""),
        },
        new("a token dropped", model => EditList(model, Tokens, AprTokens, list => list.RemoveAt(list.Count - 1)))
        {
            Place = Mutation.Key(Tokens, AprTokens, ""), Formats = WithTokenizer, Finding = ValidationErrors.TokenLists,
            FindingPlace = _ => "tokenizer.ggml.token_type".Replace(
                "ggml.", _.Format == ModelFormat.Gguf ? "ggml." : "", StringComparison.Ordinal),
        },
        new("a special token beyond the vocabulary",
            model => SetNumber(model, "tokenizer.ggml.eos_token_id", "tokenizer.eos_token_id", 9999))
        {
            Place = Mutation.Key("tokenizer.ggml.eos_token_id", "tokenizer.eos_token_id", ""), Formats = WithTokenizer,
                Finding = ValidationErrors.TokenId,
        },
        new("another special token", model => SetNumber(model, "tokenizer.ggml.eos_token_id", "tokenizer.eos_token_id", 1))
        {
            Place = Mutation.Key("tokenizer.ggml.eos_token_id", "tokenizer.eos_token_id", ""), Formats = WithTokenizer,
        },
        new("a chat template edited", model => model.SetText(Mutation.KeyOf(model, Template, AprTemplate, ""), TinyModel.Template + " "))
        {
            Place = Mutation.Key(Template, AprTemplate, ""), Formats = WithTokenizer,
        },
        new("a chat template that runs code", model => model.SetText(Mutation.KeyOf(model, Template, AprTemplate, ""), "{{ x.__class__ }}"))
        {
            Place = Mutation.Key(Template, AprTemplate, ""), Formats = WithTokenizer, Finding = ValidationErrors.Template,
        },
    ];

    private static IEnumerable<Mutation> Hyperparameters =>
    [
        new("a wrong number of layers", model => SetNumber(model, "qwen2.block_count", "num_layers", 3))
        {
            Place = Mutation.Key("qwen2.block_count", "num_layers", ""), Formats = WithTokenizer, Finding = ValidationErrors.Layers,
        },
        new("heads that do not divide", model => SetNumber(model, "qwen2.attention.head_count", "num_heads", 3))
        {
            Place = Mutation.Key("qwen2.attention.head_count", "num_heads", ""), Formats = WithTokenizer, Finding = ValidationErrors.Heads,
        },
        new("a wrong number of key heads", model => SetNumber(model, "qwen2.attention.head_count_kv", "num_kv_heads", 1))
        {
            Place = Mutation.Key("qwen2.attention.head_count_kv", "num_kv_heads", ""), Formats = WithTokenizer,
            Finding = ValidationErrors.Shape, FindingPlace = Mutation.Tensor("blk.0.attn_k.weight"),
        },
        new("a wrong feed-forward length", model => SetNumber(model, "qwen2.feed_forward_length", "intermediate_size", 511))
        {
            Place = Mutation.Key("qwen2.feed_forward_length", "intermediate_size", ""), Formats = WithTokenizer,
            Finding = ValidationErrors.Shape, FindingPlace = Mutation.Tensor("blk.1.ffn_up.weight"),
        },
        new("another architecture", model => model.SetText("general.architecture", "llama"))
        {
            Place = _ => "general.architecture", Formats = Gguf, Finding = ValidationErrors.Architecture,
        },
        new("a copy of a field that differs", model => model.SetText("model.architecture", "llama"))
        {
            Place = _ => "model.architecture", Formats = Apr, Finding = ValidationErrors.Contradiction,
        },
        new("keys of a split", model => Set(model, "split.count", GgufValue.FromUInt16(2), ("split.no", GgufValue.FromUInt16(2))))
        {
            Place = _ => "split.no", Formats = Gguf, Finding = ValidationErrors.Split,
        },
    ];

    private static string Name(EditableModel model) => Mutation.KeyOf(model, "general.name", "name", "general.name");

    private static void Set(EditableModel model, string key, GgufValue value, params (string Key, GgufValue Value)[] more)
    {
        ((EditableGguf)model).Set(key, value);
        foreach ((string other, GgufValue second) in more)
        {
            ((EditableGguf)model).Set(other, second);
        }
    }

    private static void Align(EditableModel model, int alignment)
    {
        Set(model, "general.alignment", GgufValue.FromUInt32((uint)alignment));
        ((EditableGguf)model).Alignment = alignment;
    }

    private static void Json(EditableModel model, string key, string json) => ((EditableJson)model).SetJson(key, json);

    private static void SetNumber(EditableModel model, string ggufKey, string aprKey, int value)
    {
        if (model is EditableGguf gguf)
        {
            gguf.Set(ggufKey, GgufValue.FromUInt32((uint)value));
        }
        else
        {
            Json(model, aprKey, $"{value}");
        }
    }

    private static void EditList(EditableModel model, string ggufKey, string aprKey, Action<List<string>> edit)
    {
        List<string> list = model is EditableGguf gguf ? gguf.Strings(ggufKey) : ((EditableJson)model).Strings(aprKey);
        edit(list);
        if (model is EditableGguf target)
        {
            target.Set(ggufKey, GgufValue.FromStrings(list));
        }
        else
        {
            Json(model, aprKey, JsonSerializer.Serialize(list));
        }
    }
}
