using System.Collections.Immutable;
using ModelPack.Architectures;
using ModelPack.Conversion.Ancestors;
using ModelPack.Formats;
using ModelPack.Models;
using ModelPack.Tensors;
using ModelPack.Tensors.Payloads;

namespace ModelPack.Conversion;

/// <summary>Decides, tensor by tensor, what goes into the output: type, shape, name, payload. Decides nothing by the file as a
/// whole.</summary>
internal sealed class TensorPlanner
{
    private static readonly ContainerTarget SideNames = FormatCatalog.Of(ModelFormat.SafeTensors).Target;

    private readonly ModelFile source;
    private readonly ContainerTarget target;
    private readonly ConversionOptions options;
    private readonly IReadOnlyList<TensorInfo> logical;
    private readonly Ancestry model;
    private readonly TensorMapping change;
    private readonly SidecarPayloads kept;
    private readonly List<OutputTensor> outputs = [];
    private readonly List<OutputTensor> twins = [];

    // The tensors of the model that outputs are made of.
    private readonly HashSet<PlannedTensor> used = new(ReferenceEqualityComparer.Instance);

    // Where the payload of a mapped tensor is found: in the output, with the blocks in the side file, or nowhere, if it is shown in another
    // form only.
    private readonly Dictionary<PlannedTensor, PlannedPayload?> found = new(ReferenceEqualityComparer.Instance);
    private ImmutableArray<string> outputNames = [];

    private TensorPlanner(
        Ancestry model, ModelDescription words, ContainerTarget target, DerivedFolder companions, ConversionOptions options)
    {
        source = model.File;
        this.target = target;
        this.options = options;
        logical = TensorDescriptions.AllLogical(source);
        this.model = model;
        change = TensorMapping.Plan(model.Root, model.Tensors, words, target.Format);
        kept = new(source, options.Origin, new(companions, change.Outputs.Select(output => output.Info)), words.Others);
    }

    /// <summary>Plans a conversion.</summary>
    /// <exception cref="ModelPackException">The source holds what the target cannot, and the options do not let it be carried.</exception>
    public static TensorPlan Plan(
        Ancestry model, ModelDescription words, ContainerTarget target, DerivedFolder companions, ConversionOptions options) =>
        new TensorPlanner(model, words, target, companions, options).Plan();

    private TensorPlan Plan()
    {
        (string Name, NameOrigin Origin)[] names = LegalNames();
        outputNames = [.. names.Select(name => name.Name)];
        for (int i = 0; i < change.Outputs.Length; i++)
        {
            Place(change.Outputs[i], names[i]);
        }

        HashSet<string> taken = [.. twins.Select(twin => twin.Name)];
        PayloadRecipe?[] modelReturn =
        [
            .. change.Return.Select((recipe, m) => recipe is null
                ? kept.Keep(model.Tensors[m], used.Contains(model.Tensors[m]) ? KeepReason.Changed : KeepReason.Unplaced, taken)
                : Found(recipe)),
        ];
        PayloadRecipe?[] sourceReturn = [
            .. model.Return(modelReturn).Select((recipe, i) => recipe?.Simplified() ?? kept.KeepSide(i, taken))];
        EnsureNothingLost();
        int[] first = FirstOutputs();
        return new()
        {
            Outputs = [.. outputs],
            Side = [.. twins, .. kept.Side],
            Sources = [.. sourceReturn.Select((recipe, i) => Fate(i, first[i], recipe))],
            LeftOut = change.LeftOut,
            Notes = [.. change.Notes, .. kept.Notes],
        };
    }

    // Null if one of the payloads is not there to be used.
    private PayloadRecipe? Found(PayloadRecipe recipe) => recipe.Planned().All(tensor => found[tensor] is not null)
        ? recipe.Resolve(tensor => found[tensor]!).Simplified()
        : null;

    private PayloadRecipe OfSource(PlannedTensor tensor)
    {
        used.Add(tensor);
        return tensor.Payload.Resolve(OfSource);
    }

    private void EnsureNothingLost()
    {
        if (kept.Lost.Count > 0 && options.Loss == LossPolicy.Refuse)
        {
            string others = kept.Lost.Count == 1 ? "" : $" (and {kept.Lost.Count - 1} others)";
            string why = kept.Lost[0].Why is { } reason ? $": {reason}" : "";
            throw new ModelPackException(
                ConversionErrors.Lossy, $"{target.Format} has no place for it{others}, and without an origin record it would be lost{why}")
            {
                FilePath = source.Source.Name,
                TensorName = kept.Lost[0].Name,
            };
        }

        if (options.Dtype is { } dtype && options.Loss == LossPolicy.Refuse)
        {
            throw new ModelPackException(
                ConversionErrors.Lossy, $"narrowing to {TensorTypes.Get(dtype).Name} rounds") { FilePath = source.Source.Name };
        }
    }

    private void Place(ModelTensor output, (string Name, NameOrigin Origin) name)
    {
        TensorInfo tensor = output.Info;
        PayloadRecipe payload = OfSource(output).Simplified();
        bool isForeign = tensor.ByteOrder == ByteOrder.BigEndian;
        if (Narrowed(tensor, payload) is { } narrowed)
        {
            PlaceView(output, payload, name, options.Dtype!.Value, narrowed);
        }
        else if (target.Holds(tensor.Type) && !isForeign)
        {
            PlaceWhole(output, new(tensor, name.Name, name.Origin, tensor.Type, target.Folded(tensor.Shape), payload));
        }
        else if (options.Quantized == QuantizedMode.Native)
        {
            string order = isForeign ? " in big-endian order" : "";
            throw new ModelPackException(
                PayloadErrors.NotExpressible, $"{target.Format} has no type for {TensorTypes.Get(tensor.Type).Name}{order}")
            {
                FilePath = source.Source.Name,
                TensorName = tensor.Name,
            };
        }
        else if (options.Quantized == QuantizedMode.Auto && !isForeign && CanWiden(tensor.Type))
        {
            PlaceView(output, payload, name, TensorType.F32, new WidenedPayload(payload, tensor.Type));
        }
        else
        {
            PlaceWhole(output, new(tensor, name.Name, name.Origin, target.RawType, target.Folded(target.RawShape(tensor)), payload));
        }
    }

    private void PlaceWhole(ModelTensor mapped, OutputTensor output)
    {
        outputs.Add(output);
        found.Add(mapped, new(output));
    }

    private void PlaceView(
        ModelTensor output, PayloadRecipe payload, (string Name, NameOrigin Origin) name, TensorType type, PayloadRecipe view)
    {
        found.Add(output, null);
        if (options.Origin == OriginMode.Embed)
        {
            TensorInfo raw = output.Info with { Name = name.Name };
            bool isLegal = SideNames.IsLegalName(raw.Name);
            string twin = isLegal ? raw.Name : Alias(outputs.Count, [.. outputNames, .. twins.Select(other => other.Name)]);
            twins.Add(
                new(raw, twin, isLegal ? NameOrigin.Verbatim : NameOrigin.Alias, TensorType.U8, SidecarPayloads.RawShape(raw), payload));
            found[output] = new(twins[^1]);
        }

        TensorInfo shown = output.Info with { Type = type, ByteLength = view.Length };
        outputs.Add(new(shown, name.Name, name.Origin, type, target.Folded(shown.Shape), view));
    }

    private static bool CanWiden(TensorType type) =>
        TensorTypes.Get(type) is { IsQuantized: true, Rule: PayloadRule.Blocks } && TensorDecoder.CanDecode(type);

    // Vectors are small, and programs want norms and biases in full (hf-companions.md §3.2).
    private NarrowedPayload? Narrowed(TensorInfo tensor, PayloadRecipe payload)
    {
        if (options.Dtype is not { } dtype || tensor.Type == dtype || tensor.Shape.Length < 2 || tensor.ByteOrder == ByteOrder.BigEndian)
        {
            return null;
        }

        return tensor.Type switch
        {
            TensorType.F32 => new(payload, dtype),
            TensorType.F16 or TensorType.BF16 => new(new WidenedPayload(payload, tensor.Type), dtype),
            _ when !target.Holds(tensor.Type) && options.Quantized == QuantizedMode.Auto && CanWiden(tensor.Type) =>
                new(new WidenedPayload(payload, tensor.Type), dtype),
            _ => null,
        };
    }

    // For each tensor of the source, the first output that takes bytes from it.
    private int[] FirstOutputs()
    {
        int[] first = new int[source.AllTensors.Count];
        Array.Fill(first, -1);
        for (int i = outputs.Count - 1; i >= 0; i--)
        {
            foreach (int tensor in outputs[i].Payload.Tensors())
            {
                first[tensor] = i;
            }
        }

        return first;
    }

    private SourceTensor Fate(int tensor, int output, PayloadRecipe? back)
    {
        TensorInfo info = logical[tensor];
        OutputTensor? step = output < 0 ? null : outputs[output];
        return new(info, step?.Name ?? "", step?.StoredType ?? info.Type, step is null ? TensorAction.Keep : ActionOf(step), back);
    }

    private static TensorAction ActionOf(OutputTensor step) => step.Payload switch
    {
        StoredPayload => step.IsRaw ? TensorAction.Carry : TensorAction.Copy,
        ReversedPayload { Of: StoredPayload } => TensorAction.Swap,
        _ => Worst(step.Payload),
    };

    private static TensorAction Worst(PayloadRecipe recipe)
    {
        TensorAction inner = recipe.Inner.IsEmpty ? TensorAction.Move : recipe.Inner.Max(Worst);
        TensorAction own = recipe switch
        {
            NarrowedPayload or ShiftedPayload or ScaledPayload or ComputedPayload => TensorAction.Change,
            WidenedPayload => TensorAction.Widen,
            _ => TensorAction.Move,
        };
        return own > inner ? own : inner;
    }

    private (string Name, NameOrigin Origin)[] LegalNames()
    {
        HashSet<string> taken = [.. change.Outputs.Select(output => output.Info.Name)];
        return [.. change.Outputs.Select(
            (output, i) => target.IsLegalName(output.Info.Name)
                ? (output.Info.Name, NameOf(output, i))
                : (Alias(i, taken), NameOrigin.Alias))];
    }

    private NameOrigin NameOf(ModelTensor output, int index) =>
        index < model.Tensors.Length && model.Tensors[index].Info.Name == output.Info.Name ? NameOrigin.Verbatim : NameOrigin.Mapped;

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
