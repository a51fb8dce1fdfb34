using System.CommandLine;
using ModelPack.Codec;
using ModelPack.Tool.Diagnostics;
using ModelPack.Tool.Help;
using ModelPack.Tool.Output.Json;
using ModelPack.Tool.Output.Text;

namespace ModelPack.Tool.Commands;

/// <summary><c>inspect FILE</c></summary>
internal static class InspectCommand
{
    public static Verb Create(ToolSession session)
    {
        Argument<string> file = Arguments.Path("FILE", "The model to look at: a file, or a folder with one model. Only headers are read.");
        Option<bool> tensors = Arguments.Flag("--tensors", $"List every tensor, not only the first {InspectText.TensorsShown}. JSON always has all.");
        Verb verb = new("inspect", "Show format, architecture, metadata and tensors.")
        {
            Synopsis = "FILE",
            Examples =
            [
                new("what is in this file?", "dotnet modelpack inspect model.gguf"),
                new("every tensor with type, shape, size and place", "dotnet modelpack inspect model.gguf --tensors"),
                new("for a script", "dotnet modelpack inspect model.gguf --json | jq '.tensors[].name'"),
            ],
            Outcomes = [new("0", "shown"), .. StandardOutcomes.All],
        };
        verb.Arguments.Add(file);
        verb.Options.Add(tensors);
        verb.SetAction(parsed => Run(
            session, parsed.GetRequiredValue(file), parsed.GetValue(tensors) ? TensorListing.Complete : TensorListing.Beginning));
        return verb;
    }

    private static int Run(ToolSession session, string path, TensorListing listing)
    {
        session.Subject = path;
        using ModelFile model = ModelFiles.Open(path);
        session.Publish(() => InspectText.Of(path, model, listing), writer => InspectJson.Write(writer, path, model));
        return ExitCode.Done;
    }
}
