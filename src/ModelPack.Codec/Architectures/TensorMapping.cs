using System.Collections.Immutable;
using ModelPack.Architectures.Names;
using ModelPack.Architectures.Rules;
using ModelPack.Diagnostics;
using ModelPack.Tensors.Payloads;

namespace ModelPack.Architectures;

/// <summary>The tensors of a model in the target's words.</summary>
/// <param name="Outputs">The tensors; their payloads are made of those of the model, and what stays as it is is the model's own
/// tensor.</param>
/// <param name="Return">For each tensor of the model, how its payload comes back from the outputs; null if its bytes have to be
/// kept.</param>
/// <param name="Notes">What is worth knowing.</param>
internal sealed record TensorMapping(
    ImmutableArray<ModelTensor> Outputs, ImmutableArray<PayloadRecipe?> Return, ImmutableArray<RankedNote> Notes)
{
    private const string WholeOutput = "output.weight";

    /// <summary>Tensors of the model that the target's programs compute without, though they may be a part of it.</summary>
    public ImmutableArray<string> LeftOut { get; init; } = [];

    /// <summary>Plans the change; what cannot be translated travels as it is.</summary>
    /// <param name="root">The file whose words the tensors are named in.</param>
    /// <param name="model">Its tensors.</param>
    /// <param name="words">What it says of itself.</param>
    /// <param name="target">The format of the output.</param>
    /// <exception cref="ModelPackException">The tensors contradict what a folder's config.json says of them.</exception>
    public static TensorMapping Plan(ModelFile root, ImmutableArray<ModelTensor> model, ModelDescription words, ModelFormat target)
    {
        NamingScheme wanted = Wanted(words, target, root.Format);
        if (words.Tensors == NamingScheme.Unknown || wanted == words.Tensors)
        {
            return Unchanged(model, []);
        }

        if (model.Any(tensor => tensor.Info.ByteOrder == ByteOrder.BigEndian))
        {
            return Unchanged(model, ["tensors whose byte order is not understood are not translated: all of them keep their names"]);
        }

        try
        {
            return (words.Tensors, wanted) switch
            {
                (_, NamingScheme.Apr) => Of(words.Family!.ToApr(model)),
                (NamingScheme.Apr, NamingScheme.HuggingFace) => Of(words.Family!.FromApr(model)),
                (NamingScheme.Apr, _) => FromAprToGguf(Of(words.Family!.FromApr(model)), words),
                (_, NamingScheme.Gguf) => ToGguf(model, words) ?? Unchanged(model, NoTable(words)),
                _ => Facts(words) is { } facts
                    && TensorTranslator.ToHuggingFace(model, facts, asPublished: target == ModelFormat.SafeTensors) is { } translation
                    ? ToHuggingFace(translation, model, target)
                    : Unchanged(model, NoTable(words)),
            };
        }
        catch (ModelPackException exception) when (!words.IsStrict)
        {
            return Unchanged(model, [$"tensors keep their names, since they cannot be translated: {exception.Detail}"]);
        }
        catch (ModelPackException exception) when (exception.FilePath is null)
        {
            exception.FilePath = root.Source.Name;
            throw;
        }
    }

    // APR has the names of the file that it is made from, but for the families that its own programs rename (apr-v2.md §12.2, §12.3).
    private static NamingScheme Wanted(ModelDescription words, ModelFormat target, ModelFormat root) => target switch
    {
        ModelFormat.Gguf => NamingScheme.Gguf,
        ModelFormat.SafeTensors => NamingScheme.HuggingFace,
        _ when words.Architecture is "qwen2" or "qwen3" => NamingScheme.HuggingFace,
        _ => root == ModelFormat.Gguf ? NamingScheme.Gguf : words.Family is null ? words.Tensors : NamingScheme.Apr,
    };

    // Null for a model that says nothing in GGUF's words.
    private static ModelFacts? Facts(ModelDescription words) =>
        words.Architecture is { } architecture && !words.Entries.IsEmpty
            ? ModelFacts.From(architecture, words.Entries, words.OwnRows)
            : null;

    private static ImmutableArray<RankedNote> NoTable(ModelDescription words) =>
        Facts(words) is { } facts ? [$"there is no table of names for the architecture '{facts.Architecture}': tensors keep theirs"] : [];

    private static TensorMapping? ToGguf(IReadOnlyList<ModelTensor> tensors, ModelDescription words) =>
        Facts(words) is { } facts && TensorTranslator.ToGguf(tensors, facts) is { } translation
            ? ToGguf(translation, words.Extra).WithHead(words.Head, tensors).WithTypes(words.Types).WithFactors(words.Scaled)
                .Without(words.Others)
            : null;

    private static TensorMapping FromAprToGguf(TensorMapping checkpoint, ModelDescription words)
    {
        try
        {
            return ToGguf(checkpoint.Outputs, words) is { } next
                ? checkpoint.Then(next)
                : checkpoint.Noting(NoTable(words));
        }
        catch (ModelPackException exception)
        {
            return checkpoint.Noting(
                [$"tensors have the names of a checkpoint, since they cannot be translated further: {exception.Detail}"]);
        }
    }

    private static TensorMapping Of(TensorTranslation translation) =>
        new(translation.Tensors, translation.Return, translation.Notes);

    // llama.cpp refuses a file with a tensor that it does not know: such a one is only kept.
    private static TensorMapping ToGguf(TensorTranslation translation, ImmutableArray<ExtraTensor> extra)
    {
        HashSet<string> names = [.. translation.Tensors.Select(tensor => tensor.Name)];
        return new(
            [
                .. translation.Tensors,
                .. extra.Where(tensor => names.Add(tensor.Name))
                    .Select(
                        tensor => ModelTensor.Made(tensor.Name, TensorType.F32, tensor.Shape, new LiteralPayload(tensor.F32LittleEndian))),
            ],
            translation.Return,
            translation.Notes)
        {
            LeftOut = [.. translation.Doubts.Where(doubt => doubt.IsPart).Select(doubt => doubt.Name)],
        };
    }

    // What the head leaves out is kept: llama.cpp takes a model with the whole output for a generator.
    private TensorMapping WithHead(HeadRows? head, IReadOnlyList<ModelTensor> tensors)
    {
        if (head is null || tensors.FirstOrDefault(tensor => tensor.Name == head.From) is not { } source)
        {
            return this;
        }

        PlannedPayload whole = new(source);
        long row = whole.Length / source.Shape[0];
        JoinedPayload rows = new([.. head.Rows.Select(place => new TakenPayload(whole, place * row, row, whole.Length, 1))], 1);
        ModelTensor made = ModelTensor.Made(head.Name, source.Type, [head.Rows.Length, .. source.Shape[1..]], rows);
        return Outputs.FirstOrDefault(tensor => tensor.Name == WholeOutput) is { } output
            ? this with
            {
                Outputs = Outputs.Replace(output, made, ReferenceEqualityComparer.Instance),
                Return = [
                    .. Return.Select(
                        back => back?.Planned().Contains(output, ReferenceEqualityComparer.Instance) == true ? null : back)],
            }
            : this with { Outputs = Outputs.Add(made) };
    }

    // What is left out on purpose is said once, and not tensor by tensor.
    private TensorMapping Without(ImmutableHashSet<string> others) => others.IsEmpty ? this : this with { Notes = [], LeftOut = [] };

    // Products are rounded: what they are made of is kept.
    private TensorMapping WithFactors(ImmutableArray<ScaledTensor> scaled)
    {
        TensorMapping made = this;
        foreach (ScaledTensor factors in scaled)
        {
            if (made.Outputs.FirstOrDefault(tensor => tensor.Name == factors.Name) is not { } output)
            {
                continue;
            }

            PayloadRecipe wide = output.Type == TensorType.F32 ? output.Payload : new WidenedPayload(output.Payload, output.Type);
            long row = wide.Length / factors.Runs.Sum(run => run.Rows);
            long start = 0;
            List<PayloadRecipe> parts = [];
            foreach ((long rows, ImmutableArray<float> numbers) in factors.Runs)
            {
                PayloadRecipe part = factors.Runs.Length == 1 ? wide : new TakenPayload(wide, start, rows * row, wide.Length, 1);
                parts.Add(numbers.Where(number => number != 1).Aggregate(part, (of, number) => new ScaledPayload(of, number)));
                start += rows * row;
            }

            PayloadRecipe whole = parts is [var one] ? one : new JoinedPayload([.. parts], 1);
            ModelTensor product = ModelTensor.Made(
                output.Name, output.Type, output.Shape, output.Type == TensorType.F32 ? whole : new NarrowedPayload(whole, output.Type));
            made = made with
            {
                Outputs = made.Outputs.Replace(output, product, ReferenceEqualityComparer.Instance),
                Return = [
                    .. made.Return.Select(
                        back => back?.Planned().Contains(output, ReferenceEqualityComparer.Instance) == true ? null : back)],
            };
        }

        return made;
    }

    // Every number stays what it is, so that all of it comes back.
    private TensorMapping WithTypes(ImmutableArray<(string Name, TensorType Type)> types)
    {
        TensorMapping made = this;
        foreach ((string name, TensorType type) in types)
        {
            if (made.Outputs.FirstOrDefault(tensor => tensor.Name == name) is not { } output || output.Type == type)
            {
                continue;
            }

            PayloadRecipe wide = output.Type == TensorType.F32 ? output.Payload : new WidenedPayload(output.Payload, output.Type);
            ModelTensor other = ModelTensor.Made(
                name, type, output.Shape, type == TensorType.F32 ? wide : new NarrowedPayload(wide, type));
            PayloadRecipe whole = type == TensorType.F32 ? new PlannedPayload(other) : new WidenedPayload(new PlannedPayload(other), type);
            PayloadRecipe back = output.Type == TensorType.F32 ? whole : new NarrowedPayload(whole, output.Type);
            made = made with
            {
                Outputs = made.Outputs.Replace(output, other, ReferenceEqualityComparer.Instance),
                Return = [
                    .. made.Return.Select(
                        recipe => recipe?.Planned().Contains(output, ReferenceEqualityComparer.Instance) == true
                            ? recipe.Resolve(tensor => ReferenceEquals(tensor, output) ? back : new PlannedPayload(tensor))
                            : recipe)],
            };
        }

        return made;
    }

    // Programs that read Hugging Face's names pass over a tensor that they do not know: it keeps its name (apr-v2.md §12.2), but for tables
    // that config.json states.
    private static TensorMapping ToHuggingFace(TensorTranslation translation, ImmutableArray<ModelTensor> model, ModelFormat target)
    {
        List<ModelTensor> outputs = [.. translation.Tensors];
        HashSet<string> names = [.. outputs.Select(tensor => tensor.Name)];
        PayloadRecipe?[] back = [.. translation.Return];
        List<UnplacedTensor> doubts = [];
        foreach ((int index, UnplacedTensor doubt) in translation.Unplaced.Zip(translation.Doubts))
        {
            ModelTensor tensor = model[index];
            bool isStated = target == ModelFormat.SafeTensors && RopeFactorTables.IsTable(tensor.Info.Name);
            if (isStated || !names.Add(tensor.Info.Name))
            {
                doubts.Add(doubt);
                continue;
            }

            if (target == ModelFormat.SafeTensors)
            {
                doubts.Add(doubt with { Reason = doubt.Reason + ": it keeps its name" });
            }

            back[index] = new PlannedPayload(tensor);
            outputs.Add(tensor);
        }

        return new([.. outputs], [.. back], UnplacedTensor.Notes(doubts));
    }

    private TensorMapping Noting(ImmutableArray<RankedNote> notes) => this with { Notes = [.. Notes, .. notes] };

    // The next mapping is one of the outputs.
    private TensorMapping Then(TensorMapping next)
    {
        Dictionary<PlannedTensor, PayloadRecipe?> back = new(ReferenceEqualityComparer.Instance);
        foreach ((ModelTensor output, PayloadRecipe? recipe) in Outputs.Zip(next.Return))
        {
            back.Add(output, recipe);
        }

        return next with
        {
            Return = [
                .. Return.Select(
                    recipe => recipe is not null && recipe.Planned().All(tensor => back[tensor] is not null)
                        ? recipe.Resolve(tensor => back[tensor]!)
                        : null)],
            Notes = [.. Notes, .. next.Notes],
        };
    }

    private static TensorMapping Unchanged(ImmutableArray<ModelTensor> model, ImmutableArray<RankedNote> notes) =>
        new(model, [.. model.Select(tensor => new PlannedPayload(tensor))], notes);
}
