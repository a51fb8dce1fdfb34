using ModelPack.Conversion;

namespace ModelPack.Validation.Checks;

/// <summary>NaN and infinity.</summary>
internal static class FiniteCheck
{
    public static void Run(ValidationContext context)
    {
        for (int i = 0; i < context.Tensors.Count; i++)
        {
            TensorInfo tensor = context.Tensors[i];
            if (context.Pass.Finite[i] is { IsFinite: false } tally)
            {
                context.Find(
                    ProofErrors.NonFiniteTensor, tensor.Name, FiniteReport.Describe(tensor, tally), FiniteReport.ByteOffset(tensor, tally));
            }
        }
    }
}
