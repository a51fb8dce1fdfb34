using ModelPack.Architectures.Names;
using ModelPack.Architectures.Rules;
using ModelPack.Diagnostics;
using ModelPack.Tensors;

namespace ModelPack.Architectures.Families;

/// <summary>How many layers at the beginning have one feed-forward network instead of experts. The tensors have to agree.</summary>
/// <param name="field">What the class calls it.</param>
/// <param name="absent">What the class takes without the field; null if it has to be there.</param>
internal sealed class DenseLayersPart(string field, long? absent) : ConfigPart
{
    private const string Key = "leading_dense_block_count";
    private const string Types = "mlp_layer_types";
    private const string Router = "blk.{n}.ffn_gate_inp";
    private const string FeedForward = "blk.{n}.ffn_up";

    public override void Read(ConfigReader draft)
    {
        if (Stated(draft) is not { } dense)
        {
            draft.Obstruct($"{field} is missing");
            return;
        }

        draft.Count(Key, dense);
        NameTable names = FamilyCatalog.Find(draft.Architecture)!.Names;
        if (Wrong(draft.Folder.Tensors, name => names.FromHuggingFace(name).FirstOrDefault(), dense) is { } wrong)
        {
            throw draft.Config.Contradiction($"{draft.Config.Path(field)} is {dense}, but there is a tensor {wrong}");
        }
    }

    public override void Write(ConfigWriter config)
    {
        if (config.OptionalCount(Key) is not { } dense)
        {
            config.Refuse($"{config.Key(Key)} is missing");
            return;
        }

        config.Fields.Set(field, dense);
        NameTable names = FamilyCatalog.Find(config.Architecture)!.Names;
        if (Wrong(config.Derivation.Tensors, name => names.FromGguf(name, config.Derivation.HasTensor) ?? default, dense) is { } wrong)
        {
            config.Refuse($"{config.Key(Key)} is {dense}, but there is a tensor {wrong}");
        }
    }

    private static string? Wrong(IEnumerable<TensorInfo> tensors, Func<string, NameMatch> match, long dense) =>
        tensors.Select(tensor => tensor.Name).FirstOrDefault(
            name => match(name) is { Rule: { } rule } found && rule.Gguf.Text == (found.Layer < dense ? Router : FeedForward));

    // transformers 5 has a word for each layer.
    private long? Stated(ConfigReader draft)
    {
        long? stated = draft.Config.Count(field);
        if (draft.Config.Texts(Types) is not { } types)
        {
            return stated ?? absent;
        }

        if (Array.Find(types, type => type is not ("dense" or "sparse")) is { } other)
        {
            throw draft.Config.WrongValue(Types, $"holds '{SafeText.Shorten(other)}', neither dense nor sparse");
        }

        long dense = types.TakeWhile(type => type == "dense").Count();
        if (types.Skip((int)dense).Contains("dense"))
        {
            draft.Obstruct($"{Types} has dense layers behind sparse ones");
        }

        return stated is null || stated == dense
            ? dense
            : throw draft.Config.Contradiction($"{draft.Config.Path(field)} is {stated}, but {Types} begins with {dense} dense layers");
    }
}
