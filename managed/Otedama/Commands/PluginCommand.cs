using System.CommandLine;

namespace Otedama;

internal static class PluginCommand
{
    public static Command Build(CommandContext context) => LaterCommand.Build(
        context,
        "plugin",
        "List, verify and measure WebAssembly algorithms",
        "This version cannot load WebAssembly plugins; nothing was loaded.");
}
