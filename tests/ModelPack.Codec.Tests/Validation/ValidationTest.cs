using System.Collections.Immutable;
using ModelPack.Codec.Tests.Verification.Models;

namespace ModelPack.Codec.Tests.Validation;

/// <summary>A test that validates models which it writes.</summary>
public abstract class ValidationTest : IDisposable
{
    private protected ModelFolder Folder { get; } = new();

    public void Dispose()
    {
        Folder.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected ValidationReport Validate(EditableModel model) => ModelValidator.Validate(Folder.Write("model", model));

    private protected ImmutableArray<Finding> Findings(EditableModel model) => Validate(model).Findings;

    /// <summary>The only finding of a model.</summary>
    private protected Finding Finding(EditableModel model) => One(Findings(model));

    private protected static Finding One(ImmutableArray<Finding> findings)
    {
        Assert.HasCount(1, findings, string.Join("\n", findings.Select(finding => $"{finding.Code.Id} {finding.Place}: {finding.Text}")));
        return findings[0];
    }

    private protected static void Sound(ValidationReport report) =>
        Assert.IsEmpty(
            report.Findings, string.Join("\n", report.Findings.Select(finding => $"{finding.Code.Id} {finding.Place}: {finding.Text}")));
}
