using ModelPack.Codec.Tests.Verification.Models;
using ModelPack.Formats.Apr;
using ModelPack.Formats.Gguf;
using ModelPack.Formats.SafeTensors;
using ModelPack.Tensors;
using ModelPack.Validation;

namespace ModelPack.Codec.Tests.Verification.Mutations;

/// <summary>Tensors that come, go, or say something else of themselves.</summary>
internal static class TensorMutations
{
    private const string Key = "blk.0.attn_k.weight";
    private const string Value = "blk.1.attn_v.weight";
    private const string Down = "blk.1.ffn_down.weight";

    public static IEnumerable<Mutation> All =>
    [
        new("a tensor dropped", model => model.Tensors.Remove(model[Key]))
        {
            Kind = DifferenceKind.MissingTensor, Place = Mutation.Tensor(Key), Finding = ValidationErrors.Layers,
                FindingPlace = _ => "layer 0",
        },
        new("a bias dropped", model => model.Tensors.Remove(model["blk.0.attn_q.bias"]))
        {
            Kind = DifferenceKind.MissingTensor,
            Place = Mutation.Tensor("blk.0.attn_q.bias"), Finding = ValidationErrors.Required,
        },
        new("a layer dropped", model => DropLayer(model))
        {
            Kind = DifferenceKind.MissingTensor, Place = Mutation.Tensor(Value), Finding = ValidationErrors.Layers,
                FindingPlace = Mutation.Key("qwen2.block_count", "num_layers", ""),
        },
        new("a tensor stored twice", model => model.Tensors.Insert(model.Tensors.IndexOf(model[Key]) + 1, model[Key].Clone()))
        {
            Refusal = Duplicate,
        },
        new("a tensor copied under another name", model => Insert(model, "blk.0.attn_k.copy"))
        {
            Kind = DifferenceKind.ExtraTensor,
            Place = _ => "blk.0.attn_k.copy",
        },
        new("an empty tensor added", model => model.Tensors.Add(new("zzz", TensorType.F32, [0], [])))
        {
            Kind = DifferenceKind.ExtraTensor, Place = _ => "zzz", Formats = [ModelFormat.Apr, ModelFormat.SafeTensors],
        },
        new("a tensor renamed", model => model["lookup"].Name = "lookup2") { Kind = DifferenceKind.MissingTensor, Place = _ => "lookup" },
        new("a letter's case in a name", model => model["lookup"].Name = "Lookup")
        {
            Kind = DifferenceKind.ExtraTensor,
            Place = _ => "Lookup",
        },
        new("two names swapped", model => SwapNames(model[Key.Replace("0", "1", StringComparison.Ordinal)], model[Key]))
        {
            Place = Mutation.Tensor(Key),
        },
        new("F16 declared BF16", model => model[Value].Type = TensorType.BF16)
        {
            Kind = DifferenceKind.Type,
            Place = Mutation.Tensor(Value),
        },
        new("I8 declared as unsigned", model => model["lookup"].Type = TensorType.U8)
        {
            Kind = DifferenceKind.Type, Place = _ => "lookup", Formats = [ModelFormat.Apr, ModelFormat.SafeTensors],
        },
        new("Q4_0 declared IQ4_NL", model => model[Down].Type = TensorType.IQ4_NL)
        {
            Kind = DifferenceKind.Type,
            Place = Mutation.Tensor(Down),
            Formats = [ModelFormat.Gguf],
        },
        new("F32 declared I32", model => model["output_norm.weight"].Type = TensorType.I32)
        {
            Kind = DifferenceKind.Type,
            Place = Mutation.Tensor("output_norm.weight"),
        },
        new("two dimensions swapped", model => Array.Reverse(model[Value].Shape))
        {
            Kind = DifferenceKind.Shape, Place = Mutation.Tensor(Value), Finding = ValidationErrors.Shape,
        },
        new("a shape with the same product", model => model[Value].Shape = [64, 512])
        {
            Kind = DifferenceKind.Shape,
            Place = Mutation.Tensor(Value),
            Finding = ValidationErrors.Shape,
        },
        new("a matrix flattened", model => model[Value].Shape = [128 * 256])
        {
            Kind = DifferenceKind.Shape,
            Place = Mutation.Tensor(Value),
            Finding = ValidationErrors.Shape,
        },
        new("a leading dimension of one", model => model["output_norm.weight"].Shape = [1, 256])
        {
            Kind = DifferenceKind.Shape,
            Place = Mutation.Tensor("output_norm.weight"),
        },
        new("a matrix transposed with its shape", model => Transpose(model[Value]))
        {
            Kind = DifferenceKind.Shape, Place = Mutation.Tensor(Value), Finding = ValidationErrors.Shape,
        },
        new("a row lost", model => (model[Value].Shape, model[Value].Payload) = ([127, 256], model[Value].Payload[..^512]))
        {
            Kind = DifferenceKind.Shape, Place = Mutation.Tensor(Value), Finding = ValidationErrors.Shape,
        },
        new("widened to F32", model => Widen(model["blk.0.attn_v.weight"]))
        {
            Kind = DifferenceKind.Type,
            Place = Mutation.Tensor("blk.0.attn_v.weight"),
        },
        new("tensors in another order", model => model.Tensors.Reverse())
        {
            Kind = DifferenceKind.Order, Place = Mutation.Tensor("token_embd.weight"), Level = ProofLevel.L2,
                Formats = [ModelFormat.Gguf, ModelFormat.SafeTensors],
        },
    ];

    private static ErrorCode Duplicate(ModelFormat format) => format switch
    {
        ModelFormat.Gguf => GgufErrors.DuplicateTensor,
        ModelFormat.Apr => AprErrors.Duplicate,
        _ => SafeTensorsErrors.DuplicateName,
    };

    private static void DropLayer(EditableModel model) =>
        model.Tensors.RemoveAll(tensor => tensor.Name.Contains(".1.", StringComparison.Ordinal));

    private static void Insert(EditableModel model, string name)
    {
        EditableTensor copy = model[Key].Clone();
        copy.Name = name;
        model.Tensors.Add(copy);
    }

    private static void SwapNames(EditableTensor left, EditableTensor right) => (left.Name, right.Name) = (right.Name, left.Name);

    private static void Transpose(EditableTensor tensor)
    {
        (long rows, long columns) = (tensor.Shape[0], tensor.Shape[1]);
        byte[] before = [.. tensor.Payload];
        for (int i = 0; i < rows * columns; i++)
        {
            before.AsSpan(2 * i, 2).CopyTo(tensor.Payload.AsSpan((int)(2 * ((i % columns * rows) + (i / columns)))));
        }

        Array.Reverse(tensor.Shape);
    }

    private static void Widen(EditableTensor tensor)
    {
        float[] values = new float[tensor.Payload.Length / 2];
        TensorDecoder.Decode(tensor.Type, tensor.Payload, values);
        tensor.Type = TensorType.F32;
        tensor.Payload = [.. values.SelectMany(BitConverter.GetBytes)];
    }
}
