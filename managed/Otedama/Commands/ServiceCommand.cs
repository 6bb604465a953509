using System.CommandLine;

namespace Otedama;

/// <summary>The unit file with which systemd runs otedama, and above it what to do with it.</summary>
internal static class ServiceCommand
{
    private const string Installed = "/usr/local/bin/otedama";

    public static Command Build(CommandContext context)
    {
        Command service = new("service", "Run otedama as a service of the system.");
        Command print = new("print", "Print a systemd unit file for this program, hardened, with the commands that install it.");
        Option<bool> user = new("--user") { Description = "A service of this user, which needs no root, instead of one of the system." };
        print.Options.Add(user);
        print.SetAction(result =>
        {
            string program = Environment.ProcessPath ?? Installed;
            string? file = result.GetValue(context.ConfigFile) is { Length: > 0 } given && !given.Contains('\0', StringComparison.Ordinal)
                ? Path.GetFullPath(given) : null;
            string unit = result.GetValue(user) ? OfUser(program, file) : OfSystem(program, file ?? "/etc/otedama/otedama.yaml");
            context.Answer(result, new TextAnswer(1, unit), AnswerJson.Default.TextAnswer, static a => a.Text.TrimEnd('\n').Split('\n'));
        });
        service.Subcommands.Add(print);
        return service;
    }

    /// <summary>
    /// A service of the system sees neither homes nor other programs' temporary files, so it cannot run from there.
    /// </summary>
    private static string OfSystem(string found, string file)
    {
        string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile).TrimEnd('/');
        string[] hidden = ["/home", home, Path.GetTempPath().TrimEnd('/'), "/tmp"];
        string program = Array.Exists(hidden, folder => folder.Length > 0 && found.StartsWith(folder + "/", StringComparison.Ordinal))
            ? Installed : found;
        return $"""
            # Otedama as a service of the system. To install it:
            #   sudo install -m 755 {found} {Installed}      (when it is not there yet)
            #   sudo install -D -m 644 otedama.yaml {file}
            #   otedama service print | sudo tee /etc/systemd/system/otedama.service
            #   sudo systemctl daemon-reload && sudo systemctl enable --now otedama
            # Afterwards: systemctl status otedama, journalctl -u otedama -f, sudo systemctl reload otedama after a change of the
            # configuration, sudo otedama stats --data-dir /var/lib/otedama. A file with passwords: sudo groupadd --system otedama,
            # sudo chgrp otedama FILE, sudo chmod 640 FILE, and SupplementaryGroups=otedama in [Service].
            [Unit]
            Description=Otedama miner and pool
            Documentation=man:otedama(1)
            Wants=network-online.target
            After=network-online.target

            [Service]
            Type=exec
            DynamicUser=yes
            StateDirectory=otedama
            StateDirectoryMode=0700
            Environment=OTEDAMA_DATA_DIR=%S/otedama
            ExecStart={Quoted(program)} --config {Quoted(file)}
            ExecReload={Quoted(program)} reload
            {Common}
            ProtectHome=yes
            PrivateDevices=yes
            ProtectSystem=strict
            ProtectClock=yes
            ProtectHostname=yes
            ProtectKernelLogs=yes
            ProtectKernelModules=yes
            ProtectKernelTunables=yes
            ProtectControlGroups=yes
            CapabilityBoundingSet=
            # For a port below 1024, in place of the line above:
            # CapabilityBoundingSet=CAP_NET_BIND_SERVICE
            # AmbientCapabilities=CAP_NET_BIND_SERVICE

            [Install]
            WantedBy=multi-user.target

            """;
    }

    private static string OfUser(string program, string? file) => $"""
        # Otedama as a service of this user. To install it:
        #   mkdir -p ~/.config/systemd/user
        #   otedama service print --user > ~/.config/systemd/user/otedama.service
        #   systemctl --user daemon-reload && systemctl --user enable --now otedama
        #   loginctl enable-linger      (so that it runs while you are not logged in)
        # Afterwards: systemctl --user status otedama, journalctl --user -u otedama -f, systemctl --user reload otedama after
        # a change of the configuration.
        [Unit]
        Description=Otedama miner and pool
        Documentation=man:otedama(1)

        [Service]
        Type=exec
        ExecStart={Quoted(program)}{(file is null ? "" : $" --config {Quoted(file)}")}
        ExecReload={Quoted(program)} reload
        {Common}

        [Install]
        WantedBy=default.target

        """;

    /// <summary>
    /// A second start does not help against a wrong command line or configuration, a missing driver, a failed self-test or loose
    /// secrets. Plugins are compiled to machine code, so memory may become executable.
    /// </summary>
    private const string Common = """
        Restart=always
        RestartSec=5
        RestartPreventExitStatus=2 3 4 6 77
        TimeoutStopSec=30
        LimitNOFILE=65536
        UMask=0077
        NoNewPrivileges=yes
        PrivateTmp=yes
        LockPersonality=yes
        RestrictNamespaces=yes
        RestrictRealtime=yes
        RestrictSUIDSGID=yes
        RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK
        SystemCallArchitectures=native
        """;

    /// <summary>A path as one word of a unit file: quoted where it has spaces, and no specifier.</summary>
    private static string Quoted(string path)
    {
        string escaped = path.Replace("\\", "\\\\").Replace("\"", "\\\"").Replace("%", "%%").Replace("$", "$$");
        return escaped.Any(char.IsWhiteSpace) || escaped.Length != path.Length ? $"\"{escaped}\"" : escaped;
    }
}
