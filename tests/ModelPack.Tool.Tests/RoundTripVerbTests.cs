namespace ModelPack.Tool.Tests;

/// <summary>The verb <c>roundtrip</c> on what was converted before.</summary>
[TestClass]
public sealed class RoundTripVerbTests
{
    [TestMethod]
    public void A_file_that_was_made_of_a_folder_goes_round_through_that_folder()
    {
        using TestFolder folder = new();
        InProcess.Run("convert", RepositoryData.Path("cases", "file-of-a-folder", "model"), folder.File("m.gguf")).ShouldExitWith(0);
        ToolResult result = InProcess.Run("roundtrip", folder.File("m.gguf"), "--via", "apr,safetensors");
        result.ShouldExitWith(0);
        Assert.StartsWith("identical: ", result.Output);
    }
}
