using ModelPack.Architectures.Names;
using ModelPack.Architectures.Usability;
using ModelPack.Conversion.Pipeline;
using ModelPack.Diagnostics;
using ModelPack.Tensors;
using ModelPack.Validation.Facts;

namespace ModelPack.Validation.Checks;

/// <summary>Tensors that hold one value (<see cref="UntrainedValues"/>).</summary>
internal static class UniformCheck
{
    public static void Run(ValidationContext context)
    {
        NameTable? names = UntrainedValues.Names(context.Settings.Architecture);
        List<TensorInfo> zeros = [];
        List<(TensorInfo Tensor, string Value)> constants = [];
        for (int i = 0; i < context.Tensors.Count; i++)
        {
            TensorInfo tensor = context.Tensors[i];
            UniformTally tally = context.Pass.Uniform[i];
            bool isChecked = TensorWork.CanScan(tensor) && context.Pass.Finite[i].IsFinite;
            if (!isChecked || !tally.IsUniform || tensor.ElementCount < 2)
            {
                continue;
            }

            bool isZero = tally.Bits == 0;
            if (isZero && UntrainedValues.IsWrongAsZero(tensor, TensorNames.IsKnown(tensor.Name, names), names))
            {
                context.Find(ValidationErrors.Zero, tensor.Name, UntrainedValues.Show(tensor, tally), tensor.Offset);
            }
            else if (!isZero && UntrainedValues.IsMatrix(tensor))
            {
                context.Find(ValidationErrors.Constant, tensor.Name, UntrainedValues.Show(tensor, tally), tensor.Offset);
            }
            else if (isZero)
            {
                zeros.Add(tensor);
            }
            else
            {
                constants.Add((tensor, UntrainedValues.Value(tensor, tally)));
            }
        }

        if (zeros.Count > 0)
        {
            string text = $"{Plural.Of(zeros.Count, "tensor", "is", "are")} all zero and may be, the first is '{zeros[0].Name}'";
            context.Keep("K-ZERO", text, zeros[0].Offset);
        }

        if (constants.Count > 0)
        {
            (TensorInfo first, string value) = constants[0];
            string held = Plural.Of(constants.Count, "tensor", "holds", "hold");
            string text = $"{held} one value each and may, the first is '{first.Name}' ({value})";
            context.Keep("K-CONSTANT", text, first.Offset);
        }
    }
}
