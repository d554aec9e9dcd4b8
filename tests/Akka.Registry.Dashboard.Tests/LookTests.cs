using System.Text.Json;
using System.Text.RegularExpressions;

namespace Akka.Registry.Dashboard.Tests;

/// <summary>Who sees little, has no mouse or a small screen can use it, and nothing runs past an edge.</summary>
[Collection(StageCollection.Name)]
public sealed class LookTests(Stage stage)
{
    /// <summary>WCAG 2.2, 1.4.3: text of normal size.</summary>
    private const double ContrastMin = 4.5;

    private static readonly Regex SecondRow = new("^instances-1-", RegexOptions.None, TimeSpan.FromSeconds(1));

    /// <summary>Every visible piece of text whose contrast with what lies behind it is less than it should be.</summary>
    private const string PoorContrast = """
        least => {
          const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
          const over = (below, colour) => {
            canvas.fillStyle = `rgb(${below.join(' ')})`; canvas.fillRect(0, 0, 1, 1);
            canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
            return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
          };
          const behind = element => element === null ? [255, 255, 255]
            : over(behind(element.parentElement), getComputedStyle(element).backgroundColor);
          const luminance = rgb => rgb.map(c => c / 255).map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
            .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
          const poor = [];
          let seen = 0;
          for (const element of document.querySelectorAll('body *')) {
            const hasText = [...element.childNodes].some(node => node.nodeType === 3 && node.data.trim() !== '');
            if (!hasText || !element.checkVisibility({ visibilityProperty: true }) || element.closest('.skip')) continue;
            seen++;
            const back = behind(element);
            const [a, b] = [luminance(over(back, getComputedStyle(element).color)), luminance(back)];
            const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
            if (ratio < least) poor.push(`${element.textContent.trim().slice(0, 40)}: ${ratio.toFixed(2)}`);
          }
          return [String(seen), ...poor];
        }
        """;

    /// <summary>What ARIA and the outline of the page lack.</summary>
    private const string Faults = """
        () => {
          const faults = [];
          const named = id => (id ?? '').split(' ').map(part => document.getElementById(part)?.textContent.trim() ?? '').join(' ').trim();
          for (const control of document.querySelectorAll('button, a[href], input, select, [role=listbox], section, dialog, figure')) {
            const name = control.getAttribute('aria-label') || named(control.getAttribute('aria-labelledby'))
              || [...(control.labels ?? [])].map(label => label.textContent.trim()).join(' ')
              || (control.matches('button, a') ? control.textContent.trim() : '');
            if (!name) faults.push(`no name: ${control.outerHTML.slice(0, 80)}`);
          }
          let level = 0;
          for (const heading of document.querySelectorAll('h1, h2, h3, h4')) {
            if (!heading.checkVisibility()) continue;
            const own = Number(heading.tagName[1]);
            if (own > level + 1) faults.push(`h${level} is followed by h${own}: ${heading.textContent}`);
            level = own;
          }
          if (document.querySelectorAll('h1').length !== 1) faults.push('not one h1');
          const ids = [...document.querySelectorAll('[id]')].map(element => element.id);
          for (const id of new Set(ids.filter((id, index) => ids.indexOf(id) !== index))) faults.push(`id twice: ${id}`);
          for (const element of document.querySelectorAll('[aria-labelledby], [aria-describedby], [aria-activedescendant]'))
            for (const attribute of ['aria-labelledby', 'aria-describedby', 'aria-activedescendant'])
              for (const id of (element.getAttribute(attribute) ?? '').split(' ').filter(Boolean))
                if (!document.getElementById(id)) faults.push(`${attribute} names nothing: ${id}`);
          for (const option of document.querySelectorAll('[role=option]'))
            if (!option.ariaSetSize || !option.ariaPosInSet || !option.closest('[role=listbox]')) faults.push('an option without its place');
          if (!document.documentElement.lang || !document.title) faults.push('no language or title');
          return faults;
        }
        """;

    [BrowserFact]
    public async Task Every_control_has_a_name_headings_are_in_order_and_text_has_contrast_in_light_and_dark()
    {
        await FillAsync();
        foreach (var scheme in (ColorScheme[])[ColorScheme.Light, ColorScheme.Dark])
        {
            await using var window = await OpenFilledAsync(1440, scheme);
            (await window.Page.EvaluateAsync<string[]>(Faults)).ShouldBeEmpty();
            var contrast = await window.Page.EvaluateAsync<string[]>(PoorContrast, ContrastMin);
            int.Parse(contrast[0], System.Globalization.CultureInfo.InvariantCulture).ShouldBeGreaterThan(60, "texts were looked at");
            contrast[1..].ShouldBeEmpty($"{scheme}");
            await window.PictureAsync($"{scheme.ToString().ToLowerInvariant()}-1440");
            window.HasNoError();
        }
    }

    [BrowserFact]
    public async Task It_fits_every_width_without_scrolling_sideways()
    {
        await FillAsync();
        foreach (var width in (int[])[400, 700, 1000, 2000])
        {
            await using var window = await OpenFilledAsync(width, width == 700 ? ColorScheme.Dark : ColorScheme.Light);
            await window.PictureAsync($"width-{width}");
            var past = await window.Page.EvaluateAsync<JsonElement>(
                """
                () => ({ page: document.documentElement.scrollWidth, window: innerWidth,
                  past: [...document.querySelectorAll('button, input, select, h1, h2, .tag')].filter(e => e.checkVisibility() && !e.closest('.row'))
                    .filter(e => e.getBoundingClientRect().right > innerWidth + 1).map(e => e.outerHTML.slice(0, 80)) })
                """);
            past.GetProperty("page").GetInt32().ShouldBeLessThanOrEqualTo(past.GetProperty("window").GetInt32(), $"at {width}");
            past.GetProperty("past").GetArrayLength().ShouldBe(0, past.ToString());
            window.HasNoError();
        }
    }

    [BrowserFact]
    public async Task The_keyboard_alone_chooses_acts_and_closes_and_focus_is_seen()
    {
        await FillAsync();
        await using var window = await stage.OpenAsync();
        var page = window.Page;
        await page.Keyboard.PressAsync("/");
        await page.Keyboard.TypeAsync("looked");
        await Assertions.Expect(page.Locator("#services [role=option]")).ToHaveCountAsync(1);
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.PressAsync("Tab");
        await Assertions.Expect(page.Locator("#services")).ToBeFocusedAsync();
        (await page.EvaluateAsync<string>("() => getComputedStyle(document.activeElement).outlineStyle")).ShouldBe("solid", "focus is seen");
        await page.Keyboard.PressAsync("Home");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator("#instances-title")).ToHaveTextAsync("looked");

        await page.FocusAsync("#instances");
        await page.Keyboard.PressAsync("ArrowDown");
        await Assertions.Expect(page.Locator("#instances")).ToHaveAttributeAsync("aria-activedescendant", SecondRow);
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator("#detail-title")).ToHaveTextAsync("looked-02");

        await page.FocusAsync("[data-action=out]");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator("#confirm-no")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(page.Locator("#confirm")).ToBeHiddenAsync();
        await page.FocusAsync("#detail-close");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator("#detail")).ToBeHiddenAsync();
        window.HasNoError();
    }

    [BrowserFact]
    public async Task The_choice_of_light_or_dark_is_kept()
    {
        await using var window = await stage.OpenAsync(scheme: ColorScheme.Light);
        await window.Page.ClickAsync("#theme");
        await Assertions.Expect(window.Page.Locator("html")).ToHaveAttributeAsync("data-theme", "dark");
        var dark = await window.Page.EvaluateAsync<string>("() => getComputedStyle(document.body).backgroundColor");
        await window.Page.ReloadAsync();
        await Assertions.Expect(window.Page.Locator("html")).ToHaveAttributeAsync("data-theme", "dark");
        dark.ShouldBe("rgb(14, 17, 23)");
        window.HasNoError();
    }

    private async Task<Window> OpenFilledAsync(int width, ColorScheme scheme)
    {
        var window = await stage.OpenAsync("#/services/looked/looked-03", width, width < 600 ? 860 : 1000, scheme);
        await Assertions.Expect(window.Page.Locator("#nodes li")).ToHaveCountAsync(2);
        await Assertions.Expect(window.Row("instances", "looked-03")).ToHaveCountAsync(1);
        // Something for the feed, the history and the lines.
        await stage.Cluster[2].Api.SendAsync(HttpMethod.Put, NodeApi.PathOf("looked", "looked-03") + "/status", """{"status":"warning"}""");
        await stage.Cluster[2].Api.SendAsync(HttpMethod.Put, NodeApi.PathOf("looked", "looked-03") + "/status", """{"status":"passing"}""");
        await Assertions.Expect(window.Page.Locator("#history li").First).ToContainTextAsync("passing");
        await Assertions.Expect(window.Page.Locator("#charts figure[data-chart=beats] .now")).Not.ToHaveTextAsync("–");
        return window;
    }

    private async Task FillAsync()
    {
        string[] statuses = ["passing", "passing", "warning", "passing", "critical", "starting"];
        for (var i = 1; i <= 24; i++)
        {
            var more = $$""","zone":"zone-{{"abc"[i % 3]}}","version":"1.4.{{i % 4}}","status":"{{statuses[i % 6]}}" """
                + ""","tags":["blue","canary"],"metadata":{"team":"shop"}""";
            await stage.Cluster[1 + (i % 2)].Api.RegisterAsync("looked", $"looked-{i:00}", "10m", more);
            await stage.Cluster[1].Api.RegisterAsync($"service-{i:00}-with-quite-a-long-name", "only-one", "10m", more);
        }
    }
}
