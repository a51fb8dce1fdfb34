using System.Collections.Immutable;
using ModelPack.Codec.Conversion.Names;
using ModelPack.Codec.Conversion.Targets;
using ModelPack.Codec.Diagnostics;
using ModelPack.Codec.Proof;
using ModelPack.Codec.Tensors;

namespace ModelPack.Codec.Conversion;

/// <summary>Decides, tensor by tensor, what goes into the output: type, shape, name. Decides nothing by the file as a whole.</summary>
internal static class ConversionPlanner
{
    public static ImmutableArray<TensorStep> Plan(ModelFile source, ContainerTarget target, ConversionOptions options)
    {
        IReadOnlyList<TensorInfo> tensors = CarriedTensors.Logical(source);
        (string Name, NameOrigin Origin)[] names = PlanNames(source, tensors, target, options.Naming);
        ImmutableArray<TensorStep>.Builder steps = ImmutableArray.CreateBuilder<TensorStep>(tensors.Count);
        for (int i = 0; i < tensors.Count; i++)
        {
            steps.Add(PlanTensor(source, tensors[i], names[i], target, options));
        }

        return steps.MoveToImmutable();
    }

    private static TensorStep PlanTensor(ModelFile source, TensorInfo tensor, (string Name, NameOrigin Origin) name, ContainerTarget target, ConversionOptions options)
    {
        bool reversed = tensor.ByteOrder == ByteOrder.BigEndian;
        ByteSwapSupport swap = reversed ? PayloadByteOrder.Support(tensor.Type) : ByteSwapSupport.NotNeeded;
        TensorAction action = swap == ByteSwapSupport.Exact ? TensorAction.Swap : TensorAction.Copy;
        if (target.Holds(tensor.Type) && swap != ByteSwapSupport.DerivedOnly)
        {
            return new(tensor, name.Name, name.Origin, tensor.Type, target.Folded(tensor.Shape.AsSpan()), action);
        }

        if (options.Quantized == QuantizedMode.Native)
        {
            string order = swap == ByteSwapSupport.DerivedOnly ? " in big-endian order" : "";
            throw new ModelPackException(ConversionErrors.NotExpressible, $"{target.Format} has no type for {TensorTypes.Get(tensor.Type).Name}{order}")
            {
                FilePath = source.Source.Name,
                TensorName = tensor.Name,
            };
        }

        // Raw bytes are swapped too where it is known how: whether the type fits in the container must not change the bytes in it.
        action = action == TensorAction.Swap ? TensorAction.Swap : TensorAction.Carry;
        return new(tensor, name.Name, name.Origin, target.RawType, target.Folded(target.RawShape(tensor).AsSpan()), action);
    }

    private static (string Name, NameOrigin Origin)[] PlanNames(ModelFile source, IReadOnlyList<TensorInfo> tensors, ContainerTarget target, NamingMode naming)
    {
        NameTable? table = naming == NamingMode.Native ? NameTable.For(source.Architecture) : null;
        string[] names = tensors.Select(tensor => table?.Translate(tensor.Name, source.Format, target.Format) ?? tensor.Name).ToArray();
        bool undoable = table is not null
            && names.Distinct(StringComparer.Ordinal).Count() == names.Length
            && names.Zip(tensors).All(pair => table.Translate(pair.First, target.Format, source.Format) == pair.Second.Name);
        HashSet<string> taken = new(StringComparer.Ordinal);
        (string, NameOrigin)[] planned = new (string, NameOrigin)[names.Length];
        for (int i = 0; i < names.Length; i++)
        {
            string name = undoable ? names[i] : tensors[i].Name;
            planned[i] = (name, name == tensors[i].Name ? NameOrigin.Verbatim : NameOrigin.Mapped);
            taken.Add(name);
        }

        for (int i = 0; i < names.Length; i++)
        {
            if (!target.IsLegalName(planned[i].Item1))
            {
                planned[i] = (Alias(i, taken), NameOrigin.Alias);
            }
        }

        return planned;
    }

    private static string Alias(int index, HashSet<string> taken)
    {
        string alias = $"modelpack.tensor.{index}";
        while (!taken.Add(alias))
        {
            alias += "_";
        }

        return alias;
    }
}
