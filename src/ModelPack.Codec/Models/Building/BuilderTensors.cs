using System.Text;
using ModelPack.Formats;
using ModelPack.Formats.Gguf;
using ModelPack.IO;
using ModelPack.Tensors;

namespace ModelPack.Models.Building;

/// <summary>What a tensor has to obey before it goes into a model of a format.</summary>
internal static class BuilderTensors
{
    /// <summary>A tensor whose payload is what type and shape say.</summary>
    /// <exception cref="ModelPackException">The format cannot store it, or the payload has another length.</exception>
    public static BuilderTensor Check(
        ContainerTarget target, string name, TensorType type, ReadOnlySpan<long> shape, Func<long, ByteSource> payload)
    {
        CheckName(target, name);
        TensorTypeInfo info = TensorTypes.Get(type);
        if (!target.Holds(type))
        {
            throw Refuse(
                BuildingErrors.UnsupportedTensor, name,
                $"{target.Format.Name()} has no type {info.Name}; add it as float32 values, or convert the model with ModelConverter, "
                    + $"which keeps the blocks");
        }

        if (shape.IsEmpty && !target.HasScalars)
        {
            throw Refuse(
                BuildingErrors.UnsupportedTensor, name, $"readers of {target.Format.Name()} insist on a dimension; pass the shape [1]");
        }

        if (shape.Length > target.MaximumRank)
        {
            throw Refuse(
                BuildingErrors.UnsupportedTensor, name,
                $"{target.Format.Name()} stores {target.MaximumRank} dimensions at most, and the shape is {TensorShape.Format(shape)}");
        }

        if (shape.ContainsAnyExceptInRange(0, long.MaxValue) || !info.TryGetPayloadBytes(shape, out long bytes))
        {
            throw Refuse(
                BuildingErrors.UnsupportedTensor, name,
                $"the shape {TensorShape.Format(shape)} does not consist of {info.Name} blocks of {info.BlockElements}, or has more than "
                    + $"2^63 bytes");
        }

        ByteSource source = payload(bytes);
        return source.Length == bytes
            ? new() { Name = name, Type = type, Shape = [.. shape], Payload = source }
            : throw Refuse(
                BuildingErrors.WrongLength, name,
                $"{info.Name} {TensorShape.Format(shape)} has {bytes} bytes, and the payload has {source.Length}");
    }

    /// <exception cref="ModelPackException">The format cannot store the name.</exception>
    public static void CheckName(ContainerTarget target, string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        bool isUnicode = StrictUtf8.CanWrite(name);
        if (!isUnicode || !target.IsLegalName(name))
        {
            throw Refuse(BuildingErrors.IllegalName, name, target.Format switch
            {
                _ when !isUnicode => "the name holds half a surrogate pair",
                ModelFormat.Gguf =>
                    $"GGUF names have {GgufFormat.MaximumNameBytes} bytes at most and no zero byte, and this one has "
                        + $"{Encoding.UTF8.GetByteCount(name)}",
                ModelFormat.Apr => $"APR names have 1 to 256 bytes, and this one has {Encoding.UTF8.GetByteCount(name)}",
                _ => "SafeTensors keeps this name for metadata",
            });
        }
    }

    private static ModelPackException Refuse(ErrorCode code, string tensor, string why) => new(code, why) { TensorName = tensor };
}
