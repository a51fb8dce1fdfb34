using ModelPack.Conversion.Pipeline;
using ModelPack.Validation.Checks;
using ModelPack.Validation.Facts;

namespace ModelPack.Validation;

/// <summary>What the checks look at, and where they leave what they find.</summary>
internal sealed class ValidationContext
{
    /// <summary>Gathers what the model says of itself.</summary>
    /// <param name="file">The opened model.</param>
    /// <param name="tensors">Its tensors as the model means them.</param>
    /// <param name="pass">What reading the payloads gave.</param>
    /// <param name="companions">The companion files.</param>
    /// <param name="claim">What a conversion would say of them.</param>
    public ValidationContext(
        ModelFile file, IReadOnlyList<TensorInfo> tensors, PassResult pass, CompanionFiles companions, FolderClaim claim)
    {
        Claim = claim;
        File = file;
        Tensors = tensors;
        Pass = pass;
        Companions = companions;
        Settings = ModelSettings.Of(file, companions);
        Tokenizers = TokenizerFacts.Of(file, companions);
        Templates = ChatTemplate.Of(file, companions);
    }

    public ModelFile File { get; }

    public IReadOnlyList<TensorInfo> Tensors { get; }

    public PassResult Pass { get; }

    /// <summary>Stops the work of a check that reads payloads.</summary>
    public CancellationToken Cancellation { get; init; }

    public CompanionFiles Companions { get; }

    /// <summary>What a conversion would say of the companion files.</summary>
    public FolderClaim Claim { get; }

    /// <summary>The hyperparameters.</summary>
    public ModelSettings Settings { get; }

    /// <summary>The vocabulary; a file has at most one, a folder with companions too.</summary>
    public IReadOnlyList<TokenizerFacts> Tokenizers { get; }

    public IReadOnlyList<ChatTemplate> Templates { get; }

    public List<Finding> Findings { get; } = [];

    /// <summary>The places of templates that were shown to be harmless.</summary>
    public List<string> HarmlessTemplates { get; } = [];

    public List<Note> Notes { get; } = [];

    public void Find(ErrorCode code, string place, string text, long? byteOffset = null) =>
        Findings.Add(new(code, place, text, byteOffset));

    public void Keep(string rule, string text, long? byteOffset = null) => Notes.Add(new(rule, text, byteOffset));
}
