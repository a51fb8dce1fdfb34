using Microsoft.Build.Framework;

namespace ModelPack.Build;

/// <summary>A warning of an item itself, whatever its model is.</summary>
internal sealed class ItemWarning(ITaskItem item, ErrorCode code, string detail) : ModelPackException(code, detail)
{
    /// <summary>The item.</summary>
    public ITaskItem Item { get; } = item;
}
