using ModelPack.Conversion;
using ModelPack.Conversion.Ancestors;
using ModelPack.Conversion.Pipeline;
using ModelPack.Conversion.Proof;
using ModelPack.IO;

namespace ModelPack.Codec.Tests.Verification.Models;

/// <summary>A conversion up to its proof, in memory: what a disk would hold can be damaged before it is proved.</summary>
internal sealed class ComposedConversion : IDisposable
{
    private readonly ModelFile source;

    public ComposedConversion(
        byte[] bytes, ModelFormat from, ModelFormat to, ConversionOptions options, Func<WrittenPayloads, WrittenPayloads>? change = null)
    {
        source = TestModels.Open(bytes, from);
        Options = options;
        Job = new(Ancestry.Of(source), [source.Source.Name], to, new(null, null), options, []);
        PassResult pass = Reconversion.Examine(source, PassWork.None, threads: 1, progress: null, CancellationToken.None);
        WrittenPayloads written = Job.Written(pass, MadePayloads.Make(source, Job.Made(), CancellationToken.None));
        Written = change is null ? written : change(written);
        Plan = PlanCrc.Resolve(Job.Complete(Written), Written.Sums);
    }

    public ConversionOptions Options { get; }

    public TranscodePlan Job { get; }

    public ModelFile Source => source;

    public WrittenPayloads Written { get; }

    public ModelPlan Plan { get; }

    /// <summary>The bytes of the one file that a plan gives.</summary>
    public byte[] Output(ModelPlan plan)
    {
        NamedSource file = plan.Compose("a test", [.. Job.Payloads.Select(recipe => MadePayloads.Open(source, recipe))]).Single();
        return file.Source.ReadBytes(0, checked((int)file.Source.Length));
    }

    public ProofLevel Prove(byte[] output, WrittenPayloads? written = null, ModelPlan? plan = null)
    {
        using ModelFile file = TestModels.Open(output, Job.To);
        OutputProof.EnsureBesidePayloads(file.Source, plan ?? Plan);
        return Job.Prove(file, written ?? Written, new(Options, Progress: null, CancellationToken.None)).Level;
    }

    public void Dispose() => source.Dispose();
}
