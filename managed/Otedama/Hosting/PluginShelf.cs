using Otedama.Interop;

namespace Otedama;

/// <summary>Finds and opens the plugins of the configuration.</summary>
internal static class PluginShelf
{
    public static WasmPlugin Load(PluginChoice choice) => WasmPlugin.Load(choice.Path, choice.Sha256, choice.Limits);

    /// <summary>
    /// The plugin that calls itself by that name, self-tested. Throws ConfigurationException when there is none or two;
    /// CommandException when one cannot be used.
    /// </summary>
    public static WasmPlugin Open(Configuration configuration, string name)
    {
        IReadOnlyList<PluginChoice> choices = configuration.Get(Settings.Plugins);
        if (choices.Count == 0)
        {
            throw new ConfigurationException($"mining.algorithms: {PluginChoice.Prefix}{name}: no plugin is configured. Add its path and sha256 under plugins.");
        }
        List<WasmPlugin> loaded = [];
        try
        {
            foreach (PluginChoice choice in choices)
            {
                loaded.Add(Load(choice));
            }
            WasmPlugin found = Only(loaded, name);
            PluginSelfTest.Run(found);
            loaded.Remove(found);
            return found;
        }
        catch (PluginException e)
        {
            throw new CommandException(Code(e.Fault), e.Message);
        }
        finally
        {
            loaded.ForEach(static plugin => plugin.Dispose());
        }
    }

    /// <summary>What a fault means for the exit code.</summary>
    public static int Code(PluginFault fault) => fault switch
    {
        PluginFault.Runtime => ExitCode.Unsupported,
        PluginFault.File or PluginFault.Digest => ExitCode.Configuration,
        _ => ExitCode.SelfTest,
    };

    private static WasmPlugin Only(List<WasmPlugin> loaded, string name)
    {
        WasmPlugin[] named = [.. loaded.Where(plugin => plugin.Info.Name == name)];
        return named.Length switch
        {
            1 => named[0],
            0 => throw new ConfigurationException($"mining.algorithms: no configured plugin calls itself {name}; there are: {string.Join(", ", loaded.Select(static p => p.Info.Name))}."),
            _ => throw new ConfigurationException($"plugins: {string.Join(" and ", named.Select(static p => p.Path))} both call themselves {name}. Remove one."),
        };
    }
}
