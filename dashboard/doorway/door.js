for (const box of document.querySelectorAll("[data-reveal]")) {
  box.addEventListener("change", () => {
    for (const field of box.form.querySelectorAll("input[autocomplete$=password]")) {
      field.type = box.checked ? "text" : "password";
    }
  });
}
