package org.kohsuke.stapler

interface HttpResponse {}

interface StaplerRequest2 {
    String getParameter(String name)
}

class HttpStatus implements HttpResponse {
    int code
}

class HttpResponses {
    static HttpResponse status(int code) { new HttpStatus(code: code) }
}
